// Which groups socat gives an option, when it applies it and what its value is to it: the columns of its -hh, for the
// options that are done here or are everyday ones there. Only help reads it.

export interface OptionFacts {
  readonly groups: string;
  readonly phase: string;
  readonly type: string;
}

/** What socat prints about an option, by its full name; undefined for one that socat has not. */
export function optionFacts(name: string): OptionFacts | undefined {
  for (const [facts, names] of Object.entries(FACTS)) {
    const [phase = '', groups = '', type = ''] = facts.split(' ');
    if (names.split(' ').includes(name)) return { groups, phase, type };
  }
  return undefined;
}

/** Phase, groups and type, each once, and the options that have them. */
const FACTS: Readonly<Record<string, string>> = {
  'ACCEPT RANGE STRING': 'range tcpwrap-etc tcpwrap-hosts-allow-table tcpwrap-hosts-deny-table',
  'ACCEPT RANGE STRING-NULL': 'tcpwrappers',
  'BIGEN FORK BOOL': 'nofork pipes',
  'BIND SOCKET STRING': 'bind',
  'EARLY NAMED BOOL': 'unlink-early',
  'EARLY PROCESS GID_T': 'setgid-early',
  'EARLY PROCESS UID_T': 'setuid-early substuser-early',
  'FD FD,NAMED GID_T': 'group',
  'FD FD,NAMED MODE_T': 'perm',
  'FD FD,NAMED UID_T': 'user',
  'FD FD,OPEN BOOL': 'o-noatime o-nonblock',
  'FD SOCKET INT': 'so-keepalive',
  'INIT (all) MODE_T': 'umask',
  'INIT (all) STRING': 'chdir',
  'INIT APPL INT': 'escape',
  'INIT APPL STRING': 'lockfile waitlock',
  'INIT FD BOOL': 'cool-write',
  'INIT PROCESS UID_T': 'substuser-delayed',
  'INIT RETRY BOOL': 'forever',
  'INIT RETRY STRUCT-TIMESPEC': 'interval',
  'INIT RETRY UNSIGNED-INT': 'retry',
  'LATE APPL BOOL': 'ignoreeof',
  'LATE APPL CONST': 'cr crnl',
  'LATE APPL SIZE_T': 'readbytes',
  'LATE BLK,REG OFF64_T': 'lseek64-cur lseek64-end lseek64-set',
  'LATE BLK,REG OFF_T': 'lseek32-cur lseek32-end lseek32-set',
  'LATE FD BOOL': 'cloexec',
  'LATE FD GID_T': 'group-late',
  'LATE FD MODE_T': 'perm-late',
  'LATE FD UID_T': 'user-late',
  'LATE FD,OPEN BOOL': 'append',
  'LATE HTTP BOOL': 'ignorecr proxy-resolve',
  'LATE HTTP STRING': 'http-version proxy-authorization proxy-authorization-file proxyport',
  'LATE NAMED BOOL': 'unlink-close',
  'LATE OPEN BOOL': 'o-trunc',
  'LATE PARENT CONST': 'sighup sigint sigquit',
  'LATE PROCESS BOOL': 'setsid',
  'LATE REG OFF64_T': 'ftruncate64',
  'LATE REG OFF_T': 'ftruncate32',
  'LATE UDP,TCP,SCTP,DCCP,UDPLITE BOOL': 'lowport',
  'LATE UDP,TCP,SCTP,DCCP,UDPLITE UNSIGNED-SHORT': 'sourceport',
  'LATE2 PROCESS GID_T': 'setgid',
  'LATE2 PROCESS UID_T': 'setuid substuser',
  'LISTEN LISTEN INT': 'backlog',
  'LISTEN LISTEN STRUCT-TIMEVAL': 'accept-timeout',
  'OFFSET FD CONST': 'end-close shut-close shut-down shut-none shut-null',
  'OFFSET IP4,IP6 BOOL': 'ai-addrconfig ai-all ai-passive ai-v4mapped',
  'OFFSET OPENSSL STRING': 'openssl-max-proto-version openssl-min-proto-version',
  'OFFSET SOCKET BOOL': 'null-eof',
  'OPEN OPEN BOOL':
    'o-creat o-directory o-dsync o-excl o-largefile o-noctty o-nofollow o-rdonly o-rdwr o-rsync o-sync o-wronly',
  'PASTACCEPT CHILD BOOL': 'fork',
  'PASTACCEPT CHILD INT': 'children-shutup max-children',
  'PASTBIGEN FORK UNSIGNED-SHORT': 'fdin fdout',
  'PASTFORK FORK BOOL': 'stderr',
  'PASTOPEN NAMED BOOL': 'unlink-late',
  'PASTSOCKET IP4,IP6 BYTE': 'ip-multicast-loop ip-multicast-ttl',
  'PASTSOCKET IP4,IP6 INT': 'ip-tos',
  'PASTSOCKET IP4,IP6 IP-MREQ-SOURCE': 'ip-add-source-membership',
  'PASTSOCKET IP4,IP6 IP4NAME': 'ip-multicast-if',
  'PASTSOCKET IP4,IP6 STRUCT-IP_MREQN': 'ip-add-membership',
  'PASTSOCKET IP6 GROUP-SOURCE-REQ': 'ipv6-join-source-group',
  'PASTSOCKET IP6 STRUCT-IP_MREQN': 'ipv6-join-group',
  'PASTSOCKET SOCKET INT': 'so-broadcast so-linger',
  'PASTSOCKET SOCKET STRUCT-TIMEVAL': 'connect-timeout',
  'PASTSOCKET TCP INT': 'tcp-keepcnt tcp-keepidle tcp-keepintvl tcp-nodelay',
  'PREBIND IP6 INT': 'ipv6-v6only',
  'PREBIND SOCKET INT': 'so-reuseport',
  'PREBIND SOCKET INT/NULL': 'so-reuseaddr',
  'PREEXEC EXEC BOOL': 'dash',
  'PREEXEC EXEC STRING': 'path',
  'PREEXEC SHELL STRING': 'shell',
  'PREOPEN NAMED BOOL': 'unlink',
  'PREOPEN NAMED GID_T': 'group-early',
  'PREOPEN NAMED MODE_T': 'perm-early',
  'PREOPEN NAMED UID_T': 'user-early',
  'PRESOCKET SOCKET STRING': 'protocol-family',
  'SPECIFIC OPENSSL BOOL': 'openssl-no-sni openssl-verify',
  'SPECIFIC OPENSSL INT': 'openssl-maxsendfrag',
  'SPECIFIC OPENSSL STRING':
    'openssl-cafile openssl-capath openssl-certificate openssl-cipherlist openssl-commonname openssl-dhparam openssl-key openssl-snihost',
};
