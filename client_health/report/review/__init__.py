from . import book, clients, decisions, money, overview, reading, records
