package console

// pagePolicy is the content security policy of the rendered pages: nothing but the server's own style and script. Nobody
// frames them, forms go nowhere else, and no text becomes code.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// permissions that no page needs, and the two that passkeys do.
const permissions = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), " +
	"microphone=(), midi=(), payment=(), publickey-credentials-create=(self), publickey-credentials-get=(self), serial=(), usb=()"

// oneYear of Strict-Transport-Security, in seconds.
const oneYear = "max-age=31536000"

// protect sets the headers of every answer to a browser, before anything is known about the request. Pages are kept
// nowhere.
func (v *visit) protect() {
	h := v.w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", permissions)
	// With no-referrer the Origin of a form would be "null", by which an old browser could not be told from an attacker.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Amzn-Requestid", v.id)
	if v.Site.strict(v.seen) {
		h.Set("Strict-Transport-Security", oneYear)
	}
}
