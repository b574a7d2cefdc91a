"""What every venue behind HTTP shares: the transport, pacing, masks, shared looks, and answers alike everywhere."""
