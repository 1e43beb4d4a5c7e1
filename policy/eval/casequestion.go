package eval

import "fmt"

// Question is what the case asks, and of which policies, for whoever wants to put it elsewhere than to Run. The options
// go to Prepare. An error means that the case itself cannot be used.
func (c *Case) Question(opts ...Option) (*Request, Layers, error) {
	r, err := c.request()
	if err != nil {
		return nil, Layers{}, fmt.Errorf("case %q: %w", c.Name, err)
	}
	layers, err := c.layers(opts)
	if err != nil {
		return nil, Layers{}, fmt.Errorf("case %q: %w", c.Name, err)
	}
	return r, layers, nil
}
