"""Database work for the scripts, through psycopg2: no PostgreSQL client needs to be installed.

db.py version                   major version of the server
db.py exists NAME               exit code 0 or 1
db.py knows NAME XMLID          exit code 0 or 1; 1 as well where there is no such database
db.py list PREFIX               names that begin so
db.py copy SOURCE TARGET        copies a database, with nobody connected to SOURCE
db.py rename OLD NEW
db.py drop NAME…                also with users connected; a missing one is no error
"""

import sys

import psycopg2
from psycopg2 import sql


def connect(name="postgres"):
    connection = psycopg2.connect(dbname=name, connect_timeout=10)
    connection.autocommit = True
    return connection


def copy(connection, cursor, source, target):
    # A copy of files is the fast way; before 15 it was the only one.
    strategy = " STRATEGY file_copy" if connection.server_version >= 150000 else ""
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + strategy)
    cursor.execute(statement.format(sql.Identifier(target), sql.Identifier(source)))


def drop(cursor, name):
    cursor.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
    )
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def names(cursor, pattern):
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [pattern]
    )
    return [row[0] for row in cursor.fetchall()]


def knows(name, xmlid):
    connection = connect(name)
    with connection.cursor() as cursor:
        query = "SELECT FROM ir_model_data WHERE module = %s AND name = %s"
        cursor.execute(query, xmlid.split("."))
        found = bool(cursor.rowcount)
    connection.close()
    return found


def main(verb, *arguments):
    connection = connect()
    cursor = connection.cursor()
    if verb == "server":
        cursor.execute("SELECT system_identifier FROM pg_control_system()")
        print(connection.server_version // 10000, cursor.fetchone()[0])
    elif verb == "exists":
        return arguments[0] not in names(cursor, arguments[0])
    elif verb == "knows":
        return arguments[0] not in names(cursor, arguments[0]) or not knows(*arguments)
    elif verb == "list":
        print("\n".join(names(cursor, arguments[0])))
    elif verb == "copy":
        copy(connection, cursor, *arguments)
    elif verb == "rename":
        old, new = map(sql.Identifier, arguments)
        cursor.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, new))
    elif verb == "drop":
        for name in arguments:
            drop(cursor, name)
    else:
        sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except psycopg2.Error as error:
        sys.exit(f"database: {error}")
