from . import client_portfolio
