package session

// Show gives the secret in clear for the one answer, or the first start's one page or file, that hands it to its owner.
// Nothing else may call it.
func (a *AccessKey) Show() string { return string(a.Secret.Reveal()) }

// Show gives the secret in clear for the one answer that hands it to its owner. Nothing else may call it.
func (c *Credentials) Show() string { return string(c.Secret.Reveal()) }

// Show gives the secret in clear for the one answer that hands it to its owner. Nothing else may call it.
func (p *ServicePassword) Show() string { return string(p.Secret.Reveal()) }
