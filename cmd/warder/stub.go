package main

import "github.com/spf13/cobra"

func (p *program) configure() *cobra.Command { return &cobra.Command{Use: "configure"} }
func (p *program) env() *cobra.Command       { return &cobra.Command{Use: "env"} }
