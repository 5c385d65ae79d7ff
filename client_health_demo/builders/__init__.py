from .build import build
