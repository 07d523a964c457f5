"""Serves a ring image with pymodbus: pymodbus-ring.py PORT FILE big|little.

FILE: the 88 bytes of the control block, then the ring. Holding and input registers show the same: control block from
register 0, ring from 100 on, two bytes a register.
"""
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.server import StartTcpServer

port, path, order = int(sys.argv[1]), sys.argv[2], sys.argv[3]
with open(path, "rb") as file:
    image = file.read()


def words(data):
    high, low = (0, 1) if order == "big" else (1, 0)
    return [(data[i + high] << 8) | data[i + low] for i in range(0, len(data), 2)]


registers = words(image[:88]) + [0] * 56 + words(image[88:])
try:
    device = ModbusSlaveContext(hr=ModbusSequentialDataBlock(0, registers), ir=ModbusSequentialDataBlock(0, registers), zero_mode=True)
except TypeError:
    # Later versions count from 1 always.
    device = ModbusSlaveContext(hr=ModbusSequentialDataBlock(1, registers), ir=ModbusSequentialDataBlock(1, registers))
StartTcpServer(context=ModbusServerContext(slaves=device, single=True), address=("127.0.0.1", port))
