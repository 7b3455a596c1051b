// The list of address types. An address type is a file here, and a line.

import type { Kind } from '../kind.ts';
import { abstractClient, abstractConnect, abstractListen } from './abstract.ts';
import { exec, shell, system } from './exec.ts';
import { create, gopen, open } from './file.ts';
import { opensslConnect } from './openssl-connect.ts';
import { opensslListen } from './openssl-listen.ts';
import { pipe, socketPair } from './pipe.ts';
import { proxyConnect } from './proxy.ts';
import { acceptFd, sdListen } from './sd-listen.ts';
import { socks4, socks4a, socks5, socks5Listen } from './socks.ts';
import { fd, stderr, stdin, stdio, stdout } from './stdio.ts';
import { tcp4Connect, tcp6Connect, tcpConnect } from './tcp-connect.ts';
import { tcp4Listen, tcp6Listen, tcpListen } from './tcp-listen.ts';
import { udpClients } from './udp-client.ts';
import { udpServers } from './udp-server.ts';
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
  ...udpClients,
  ...udpServers,
  unixListen,
  unixConnect,
  unixClient,
  abstractListen,
  abstractConnect,
  abstractClient,
  proxyConnect,
  socks4,
  socks4a,
  socks5,
  socks5Listen,
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
  socketPair,
  open,
  create,
  gopen,
];
