"""Attacks on the kernel's layers: Python that would work anywhere else, written as scripts of the sandbox.

Each sets `result` to True where it got through. `HARMLESS` ones also run outside, where they must get through: an
attack that fails everywhere proves nothing. {port}, {file}, {pid} and {abstract} are filled in by the test.
"""

from __future__ import annotations

PRELUDE = """
import ctypes, mmap, os, signal, socket, struct, sys, threading
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
def call(number, *arguments):
    return libc.syscall(ctypes.c_long(number), *(ctypes.c_long(a) if isinstance(a, int) else a for a in arguments))
result = False
"""

HARMLESS = {
    "UDP": (
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', {port})); result = True"
    ),
    "TCP": "s = socket.create_connection(('127.0.0.1', {port})); result = True",
    "netlink": "s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); s.bind((0, 0)); result = True",
    "abstract unix socket": (
        "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.sendto(b'x', chr(0) + '{abstract}'); result = True"
    ),
    "socket pair": "socket.socketpair(); result = True",
    "environment of the parent": "result = b'=' in open('/proc/%d/environ' % os.getppid(), 'rb').read()",
    "memory map of the parent": "result = b'heap' in open('/proc/%d/maps' % os.getppid(), 'rb').read()",
    "own environment": "result = b'=' in open('/proc/self/environ', 'rb').read()",
    "read a file": "result = bool(open('{file}').read())",
    "write a file": "open('{file}', 'w').write('spoilt'); result = True",
    "append": "fd = os.open('{file}', os.O_WRONLY | os.O_APPEND); os.write(fd, b'x'); result = True",
    "truncate": "os.truncate('{file}', 0); result = True",
    "make a file": "os.close(os.open('{file}.made', os.O_CREAT | os.O_WRONLY)); result = True",
    "make a folder": "os.mkdir('{file}.folder'); result = True",
    "link": "os.link('{file}', '{file}.link'); result = True",
    "symbolic link": "os.symlink('{file}', '{file}.symlink'); result = True",
    "rename": "os.rename('{file}', '{file}.renamed'); os.rename('{file}.renamed', '{file}'); result = True",
    "chmod": "os.chmod('{file}', 0o777); result = True",
    "utime": "os.utime('{file}', (1, 1)); result = True",
    "extended attribute": "os.listxattr('{file}'); result = True",
    "stat": "os.stat('{file}'); result = True",
    "stat by raw call": "b = ctypes.create_string_buffer(256); result = call(4, b'{file}', b) == 0",
    "access": "result = os.access('{file}', os.F_OK)",
    "list a folder": "result = bool(os.listdir('/'))",
    "change folder": "os.chdir('/'); result = True",
    "where am I": "os.getcwd(); result = True",
    "FIFO": "os.mkfifo('{file}.fifo'); result = True",
    "signal the parent": "os.kill(os.getppid(), 0); result = True",
    "signal the caller": "os.kill({pid}, 0); result = True",
    "signal by raw tgkill": "result = call(234, os.getppid(), os.getppid(), 0) == 0",
    "pidfd of the parent": "result = call(434, os.getppid(), 0) >= 0",
    "who am I": "result = os.getppid() > 0",
    "fork": "\nif os.fork() == 0: os._exit(0)\nresult = True",
    "fork by raw call": "\np = call(57)\nif p == 0: os._exit(0)\nresult = p > 0",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {{}}); result = True",
    "shell": "result = os.system('true') == 0",
    "thread": "t = threading.Thread(target=int); t.start(); t.join(); result = True",
    "memfd": "result = os.memfd_create('x') >= 0",
    "io_uring": "b = ctypes.create_string_buffer(256); result = call(425, 2, b) >= 0 or ctypes.get_errno() == 1",
    "executable memory": "mmap.mmap(-1, 4096, prot=7); result = True",
    "make memory executable": (
        "m = mmap.mmap(-1, 4096); b = ctypes.addressof(ctypes.c_char.from_buffer(m)); "
        "result = libc.mprotect(ctypes.c_void_p(b), 4096, 7) == 0"
    ),
    "duplicate a descriptor": "os.dup(0); result = True",
    "pipe": "os.pipe(); result = True",
    "poll": "import select; select.poll().poll(0); result = True",
    "raise a limit": (
        "import resource; s, h = resource.getrlimit(resource.RLIMIT_NOFILE); "
        "resource.setrlimit(resource.RLIMIT_NOFILE, (h, h)); result = True"
    ),
    "be dumpable": "result = libc.prctl(4, 1, 0, 0, 0) == 0",
    "priority": "os.nice(1); result = True",
    "system": "os.uname(); result = True",
    "host name": "socket.gethostname(); result = True",
    "randomness of the system": "result = bool(os.urandom(1))",
    "terminal": "result = call(16, 0, 0x5401, ctypes.create_string_buffer(64)) == 0 or ctypes.get_errno() == 25",
    "shared memory": "result = call(29, 0, 4096, 0o1600) >= 0",
    "message queue": "result = call(68, 0, 0o1600) >= 0",
    "inotify": "result = call(294, 0) >= 0",
    "timer": "signal.setitimer(signal.ITIMER_REAL, 5); result = True",
    "ignore a signal": "signal.signal(signal.SIGXCPU, signal.SIG_IGN); result = True",
}

SHARP = {  # not to be tried outside: as root they would do what they say, or they need rights that not everyone has
    "kill the parent": "os.kill(os.getppid(), 9); result = True",
    "kill the caller": "os.kill({pid}, 9); result = True",
    "kill everything": "os.kill(-1, 9); result = True",
    "kill the group": "os.killpg(0, 9); result = True",
    "kill by pidfd": "result = call(424, 3, 9, 0, 0) == 0",
    "memory of the parent": "open('/proc/%d/mem' % os.getppid(), 'r+b'); result = True",
    "process_vm_readv": "b = ctypes.create_string_buffer(64); result = call(310, os.getppid(), b, 1, b, 1, 0) >= 0",
    "ptrace": "result = call(101, 16, os.getppid(), 0, 0) == 0",
    "ptrace the caller": "result = call(101, 0x4206, {pid}, 0, 0) == 0",
    "pidfd_getfd": "result = call(438, 3, 0, 0) >= 0",
    "memfd and exec": "fd = os.memfd_create('x'); os.write(fd, b'#!/bin/sh'); os.execve(fd, ['x'], {{}})",
    "exec": "os.execv('/bin/true', ['true'])",
    "bpf": "result = call(321, 0, 0, 0) >= 0",
    "perf": "result = call(298, ctypes.create_string_buffer(128), 0, -1, -1, 0) >= 0",
    "userfaultfd": "result = call(323, 0) >= 0",
    "unshare": "result = call(272, 0x10000000) == 0",
    "join a namespace": "result = call(308, 0, 0) == 0",
    "mount": "result = call(165, b'none', b'/mnt', b'tmpfs', 0, 0) == 0",
    "chroot": "result = call(161, b'/') == 0",
    "become root": "result = call(105, 0) == 0",
    "key ring": "result = call(250, 0, -3, 1) >= 0",
    "load a module": "result = call(313, 0, b'', 0) == 0",
    "clone with raw flags": "\np = call(56, 17, 0, 0, 0, 0)\nif p == 0: os._exit(0)\nresult = p > 0",
    "clone3": "result = call(435, ctypes.create_string_buffer(88), 88) >= 0",
    "x32 number": "result = call(0x40000000 | 39) > 0",
    "another filter": "result = call(317, 1, 0, 0) == 0",
    "poison a page": (
        "m = mmap.mmap(-1, 4096); b = ctypes.addressof(ctypes.c_char.from_buffer(m)); m[0] = 1; "
        "result = libc.madvise(ctypes.c_void_p(b), 4096, 100) == 0"
    ),
    "write elsewhere": (
        "\nfor fd in [0, 1, 2, *range(4, 256)]:\n"
        "    try: os.write(fd, b'x'); result = True\n    except OSError: pass"
    ),
    "read elsewhere": ("\nfor fd in range(256):\n    try: os.read(fd, 1); result = True\n    except OSError: pass"),
    "import from disk": "import antigravity; result = True",
    "library from disk": "ctypes.CDLL('libthread_db.so.1'); result = True",
    "pandas writes": "pd.DataFrame({{'a': [1]}}).to_csv('{file}'); result = True",
    "pandas reads": "result = len(pd.read_csv('{file}')) >= 0",
    "numpy writes": "np.arange(3).tofile('{file}'); result = True",
    "secrets": "result = any('very-secret' in v for v in os.environ.values())",
    "caller's variables": "result = 'HOME' in os.environ or 'PATH' in os.environ",
}
