"""What happens while nobody does harm: a module for each part, with `honest`."""
