"""The one cancel procedure: what is known of an order, what that means, and the short loop around both."""
