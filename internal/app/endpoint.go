package app

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Endpoint is where a server is reached. A running server keeps it in DIR/endpoint.json.
type Endpoint struct {
	URL string `json:"url"`
	// Console is where browsers reach the console, by a name and without a path; "" in what an older server wrote.
	Console string `json:"console,omitempty"`
	// CA is the file with the certificate that clients need to trust; "" for none.
	CA string `json:"ca,omitempty"`
}

// ReadEndpoint reads what the server of that data directory wrote; fs.ErrNotExist where none runs. After a crash it is
// that of the last one.
func ReadEndpoint(data string) (*Endpoint, error) {
	path := filepath.Join(data, endpointName)
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	e := new(Endpoint)
	if err := json.Unmarshal(text, e); err != nil {
		return nil, fmt.Errorf("%s is not what a server wrote: %w", path, err)
	}
	if u, err := url.Parse(e.URL); err != nil || u.Host == "" {
		return nil, fmt.Errorf("%s is not what a server wrote: %q is no URL", path, e.URL)
	}
	return e, nil
}

func (e *Endpoint) write(data string) error {
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if err := ReplaceFile(filepath.Join(data, endpointName), 0o600, append(text, '\n')); err != nil {
		return fmt.Errorf("write the endpoint: %w", err)
	}
	return nil
}
