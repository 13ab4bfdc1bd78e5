"""What one USDT costs: whom we ask, how, and which answers count."""
