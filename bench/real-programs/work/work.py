"""JSON, dicts and strings, and C extensions: sqlite3, zlib, and ctypes with a callback through libffi."""
import ctypes
import decimal
import hashlib
import json
import re
import sqlite3
import zlib

libc = ctypes.CDLL(None)
Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
database = sqlite3.connect(':memory:')
database.execute('create table pages (number, text)')


def nested(depth):
    return {f'level {depth}': [1.5, 'x' * 600, nested(depth - 1)]} if depth else None


def by_value(left, right):
    return len(('%d,' % left[0]) * 200) - len(('%d,' % right[0]) * 200)


def turn(number):
    text = json.dumps(nested(8))
    json.loads(text)
    pages = {page: 'v' * (600 + page % 100) for page in range(1000)}
    sorted(pages.values(), key=lambda page: -len(page))
    re.sub('x+', 'y', text)
    packed = zlib.compress(text.encode() * 3)
    hashlib.sha256(zlib.decompress(packed)).hexdigest()
    decimal.Decimal(number).sqrt()
    database.execute('insert into pages values (?, ?)', (number % 100, text))
    database.execute('select number, max(text) from pages group by number limit 3').fetchall()
    database.execute('delete from pages where number < ?', (number % 100,))
    numbers = (ctypes.c_int * 50)(*[place * 7919 % 5000 for place in range(50)])
    libc.qsort(numbers, 50, 4, Compare(by_value))


number = 0
while True:
    turn(number)
    number += 1
