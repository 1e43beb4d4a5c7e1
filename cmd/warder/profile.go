package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/warder-iam/warder/internal/app"
	"github.com/warder-iam/warder/internal/localkey"
)

// profileFiles is a profile in the two files of the AWS clients.
type profileFiles struct {
	name                        string
	configPath, credentialsPath string
	config, credentials         *ini
}

func (p *program) openProfile(name string) (w *profileFiles, err error) {
	w = &profileFiles{name: name}
	if w.configPath, err = p.awsConfigPath(); err != nil {
		return nil, err
	}
	if w.credentialsPath, err = p.awsCredentialsPath(); err != nil {
		return nil, err
	}
	if w.config, err = readINI(w.configPath); err != nil {
		return nil, err
	}
	w.credentials, err = readINI(w.credentialsPath)
	return w, err
}

// free tells whether the profile may be written: there is none, or it is one of ours, which name a services section of
// the same name.
func (w *profileFiles) free() bool {
	if !w.config.has(profileSection(w.name)) && !w.credentials.has(w.name) {
		return true
	}
	services, _, _ := w.config.get(profileSection(w.name), "services")
	return services == w.name && w.config.has("services "+w.name)
}

// endpoint is what the profile says; nil where it names none.
func (w *profileFiles) endpoint() *app.Endpoint {
	services, _, _ := w.config.get(profileSection(w.name), "services")
	_, iam, _ := w.config.get("services "+services, "iam")
	if iam["endpoint_url"] == "" {
		return nil
	}
	ca, _, _ := w.config.get(profileSection(w.name), "ca_bundle")
	return &app.Endpoint{URL: iam["endpoint_url"], CA: ca}
}

// setStatic puts the key in, in clear, and the endpoint.
func (w *profileFiles) setStatic(key accessKey, e *app.Endpoint) {
	w.setKey(key)
	profile := profileSection(w.name)
	for _, name := range processSettings() {
		w.config.remove(profile, name)
	}
	w.setEndpoint(e)
}

func (w *profileFiles) setKey(key accessKey) {
	w.credentials.set(w.name, "aws_access_key_id", key.id)
	w.credentials.set(w.name, "aws_secret_access_key", key.secret)
	w.credentials.remove(w.name, "aws_session_token")
}

// Settings of a profile whose sessions warder credentials hands out. The AWS clients pass over those they do not know. A
// role_arn of their own kind would make them assume it themselves.
const (
	processSetting  = "credential_process"
	keyIDSetting    = "warder_access_key_id"
	storeSetting    = "warder_key_store"
	roleSetting     = "warder_role_arn"
	durationSetting = "warder_duration"
	mfaSetting      = "mfa_serial"
)

func processSettings() []string {
	return []string{processSetting, keyIDSetting, storeSetting, roleSetting, durationSetting, mfaSetting}
}

// sessionSettings are what a profile says of its sessions.
type sessionSettings struct {
	keyID     string
	store     string // keyringStore or sealedStore
	roleARN   string // "" for a session of the user itself
	mfaSerial string // "" for none
	duration  time.Duration
}

// setProcess puts in what hands out sessions, and the endpoint.
func (w *profileFiles) setProcess(command string, s sessionSettings, e *app.Endpoint) {
	profile := profileSection(w.name)
	for _, line := range []struct{ name, value string }{
		{processSetting, command}, {keyIDSetting, s.keyID}, {storeSetting, s.store}, {roleSetting, s.roleARN},
		{durationSetting, s.duration.String()}, {mfaSetting, s.mfaSerial},
	} {
		if line.value == "" {
			w.config.remove(profile, line.name)
		} else {
			w.config.set(profile, line.name, line.value)
		}
	}
	w.setEndpoint(e)
	// A key in clear would go before the sessions.
	for _, name := range []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token"} {
		w.credentials.remove(w.name, name)
	}
}

// sessions reads what setProcess wrote; ok is false for any other profile.
func (w *profileFiles) sessions() (s sessionSettings, ok bool, err error) {
	get := func(name string) string {
		value, _, _ := w.config.get(profileSection(w.name), name)
		return value
	}
	s = sessionSettings{keyID: get(keyIDSetting), store: get(storeSetting), roleARN: get(roleSetting), mfaSerial: get(mfaSetting), duration: localkey.DefaultDuration}
	if s.keyID == "" || get(processSetting) == "" {
		return s, false, nil
	}
	if text := get(durationSetting); text != "" {
		if s.duration, err = time.ParseDuration(text); err != nil {
			return s, true, fmt.Errorf("%s, profile %s: %s: %w", w.configPath, w.name, durationSetting, err)
		}
	}
	return s, true, checkDuration(s.duration)
}

// checkDuration: what both AssumeRole and GetSessionToken take. Source: AWS STS API reference.
func checkDuration(d time.Duration) error {
	if d < 15*time.Minute || d > 36*time.Hour {
		return errors.New("a session lasts from 15m to 36h, and a role's no longer than the role allows, 1h by default")
	}
	return nil
}

// setEndpoint puts the endpoint in: once for each service, since the credential chain of some SDKs reads only that, and once
// for all, so that a service that Warder does not have is not looked for at AWS with Warder's key.
func (w *profileFiles) setEndpoint(e *app.Endpoint) {
	profile, services := profileSection(w.name), "services "+w.name
	w.config.set(profile, "region", app.Region)
	w.config.set(profile, "endpoint_url", e.URL)
	w.config.set(profile, "services", w.name)
	if e.CA != "" {
		w.config.set(profile, "ca_bundle", e.CA)
	} else {
		w.config.remove(profile, "ca_bundle")
	}
	for _, service := range app.ClientServices() {
		w.config.set(services, service, "", "endpoint_url = "+e.URL)
	}
}

// saveStatic writes the key first: a profile without a key is worse than a key without a profile.
func (w *profileFiles) saveStatic() error {
	if err := writeINI(w.credentialsPath, w.credentials); err != nil {
		return err
	}
	return writeINI(w.configPath, w.config)
}

// saveProcess writes the profile first, and then takes the key in clear away, where there was one.
func (w *profileFiles) saveProcess() error {
	if err := writeINI(w.configPath, w.config); err != nil {
		return err
	}
	if w.credentials.String() == "" {
		return nil
	}
	return writeINI(w.credentialsPath, w.credentials)
}
