package console

func (c *Console) routeSetup() {}
