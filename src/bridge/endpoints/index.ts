// The list of address types. An address type is a file here, and a line.

import type { Kind } from '../kind.ts';
import { exec, shell, system } from './exec.ts';
import { opensslConnect } from './openssl-connect.ts';
import { opensslListen } from './openssl-listen.ts';
import { pipe } from './pipe.ts';
import { acceptFd, sdListen } from './sd-listen.ts';
import { fd, stderr, stdin, stdio, stdout } from './stdio.ts';
import { tcp4Connect, tcp6Connect, tcpConnect } from './tcp-connect.ts';
import { tcp4Listen, tcp6Listen, tcpListen } from './tcp-listen.ts';
import { unixClient, unixConnect } from './unix-connect.ts';
import { unixListen } from './unix-listen.ts';

export const KINDS: readonly Kind[] = [
  tcpListen,
  tcp4Listen,
  tcp6Listen,
  tcpConnect,
  tcp4Connect,
  tcp6Connect,
  opensslConnect,
  opensslListen,
  unixListen,
  unixConnect,
  unixClient,
  sdListen,
  acceptFd,
  stdio,
  stdin,
  stdout,
  stderr,
  fd,
  exec,
  system,
  shell,
  pipe,
];
