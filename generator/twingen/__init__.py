"""twingen compiles a service's public API documentation into a digital twin that carries its proof."""

__version__ = "0.1.0"
