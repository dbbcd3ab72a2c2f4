"""How a pool turns orders into units and payments: one module per mechanism."""
