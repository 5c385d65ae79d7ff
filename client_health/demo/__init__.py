from . import client_demo
