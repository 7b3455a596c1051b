// The address types and options of socat that are not done here, by name: whoever brings a line from there is told what
// is missing and what to use instead, rather than that his word is unknown. Nothing of this is loaded or split before
// something is refused. A test holds it against the lists that an installed socat prints.

/** Why a thing of socat's is refused, and what to do. */
export interface Foreign {
  readonly why: string;
  readonly hint: string;
}

/** The refusal of an address type, in any case; undefined where socat has none of that name. */
export function foreignType(keyword: string): Foreign | undefined {
  return find(keyword.toUpperCase(), TYPES, TYPE_GROUPS);
}

/** The refusal of an address option, in any case; undefined where socat has none of that name. */
export function foreignOption(name: string): Foreign | undefined {
  const lower = name.toLowerCase();
  const foreign = find(lower, OPTIONS, OPTION_GROUPS);
  const directive = UNIT_DIRECTIVES[lower];
  if (foreign === undefined || directive === undefined) return foreign;
  return {
    ...foreign,
    hint: `${directive} in a systemd socket unit sets it, and SD-LISTEN takes the socket`,
  };
}

/** How many names there are, for the test. */
export function foreignNames(): { readonly types: readonly string[]; readonly options: readonly string[] } {
  const all = (groups: Readonly<Record<string, string>>): string[] => Object.values(groups).flatMap(words);
  return { types: all(TYPES), options: all(OPTIONS) };
}

function find(
  word: string,
  groups: Readonly<Record<string, string>>,
  reasons: Readonly<Record<string, Foreign>>,
): Foreign | undefined {
  for (const [group, names] of Object.entries(groups)) {
    if (words(names).includes(word)) return reasons[group];
  }
  return undefined;
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

const TYPES = {
  dtls: `
    DTLS DTLS-C DTLS-CLIENT DTLS-CONNECT OPENSSL-DTLS-CLIENT OPENSSL-DTLS-CONNECT DTLS-L DTLS-LISTEN DTLS-SERVER
    OPENSSL-DTLS-LISTEN OPENSSL-DTLS-SERVER
  `,
  datagram: `
    UDPLITE UDPLITE-CONNECT UDPLITE-DATAGRAM UDPLITE-DGRAM UDPLITE-L UDPLITE-LISTEN UDPLITE-RECV
    UDPLITE-RECVFROM UDPLITE-SEND UDPLITE-SENDTO UDPLITE4 UDPLITE4-CONNECT UDPLITE4-DATAGRAM UDPLITE4-DGRAM
    UDPLITE4-L UDPLITE4-LISTEN UDPLITE4-RECV UDPLITE4-RECVFROM UDPLITE4-SEND UDPLITE4-SENDTO UDPLITE6
    UDPLITE6-CONNECT UDPLITE6-DATAGRAM UDPLITE6-DGRAM UDPLITE6-L UDPLITE6-LISTEN UDPLITE6-RECV UDPLITE6-RECVFROM
    UDPLITE6-SEND UDPLITE6-SENDTO
  `,
  unixDatagram: `
    UNIX-RECV UNIX-RECVFROM UNIX-SEND UNIX-SENDTO ABSTRACT-RECV ABSTRACT-RECVFROM ABSTRACT-SEND ABSTRACT-SENDTO
  `,
  terminal: 'PTY READLINE',
  kernel: `
    DATAGRAM DCCP DCCP-CONNECT DCCP-L DCCP-LISTEN DCCP4 DCCP4-CONNECT DCCP4-L DCCP4-LISTEN DCCP6 DCCP6-CONNECT
    DCCP6-L DCCP6-LISTEN DGRAM IF INTERFACE IP IP-DATAGRAM IP-DGRAM IP-RECV IP-RECVFROM IP-SEND IP-SENDTO IP4
    IP4-DATAGRAM IP4-DGRAM IP4-RECV IP4-RECVFROM IP4-SEND IP4-SENDTO IP6 IP6-DATAGRAM IP6-DGRAM IP6-RECV
    IP6-RECVFROM IP6-SEND IP6-SENDTO POSIXMQ POSIXMQ-BIDIRECTIONAL POSIXMQ-READ POSIXMQ-RECEIVE POSIXMQ-RECV
    POSIXMQ-SEND POSIXMQ-WRITE SCTP SCTP-CONNECT SCTP-L SCTP-LISTEN SCTP4 SCTP4-CONNECT SCTP4-L SCTP4-LISTEN
    SCTP6 SCTP6-CONNECT SCTP6-L SCTP6-LISTEN SENDTO SOCKET-CONNECT SOCKET-DATAGRAM SOCKET-LISTEN SOCKET-RECV
    SOCKET-RECVFROM SOCKET-SENDTO TUN VSOCK VSOCK-CONNECT VSOCK-L VSOCK-LISTEN
  `,
} as const;

const TYPE_GROUPS: Readonly<Record<string, Foreign>> = {
  dtls: { why: 'it speaks DTLS, which Node has not', hint: 'socat(1) does it' },
  datagram: { why: 'it speaks UDP-Lite, which Node has not', hint: 'socat(1) does it' },
  unixDatagram: {
    why: 'it carries datagrams over a unix socket, for which Node has no call',
    hint: 'socat(1) does it',
  },
  terminal: { why: 'it needs a terminal', hint: 'script(1) gives a program a terminal' },
  kernel: { why: 'Node has no access to this kind of socket', hint: 'socat(1) does it' },
};

const OPTION_GROUPS: Readonly<Record<string, Foreign>> = {
  tls: {
    why: 'OpenSSL has it no more, or Node has no call for it',
    hint: 'leave it out: certificates, versions and ciphers have options here',
  },
  socket: {
    why: 'Node has no call for this socket option',
    hint: 'see whether systemd.socket(5) sets it; SD-LISTEN takes the socket',
  },
  resolver: { why: 'names are resolved by the system', hint: 'resolv.conf(5) and gai.conf(5) set how' },
  privilege: {
    why: 'all connections are served by one process',
    hint: 'use User=, Group= and the sandbox options of a systemd unit, or setpriv(1)',
  },
  child: {
    why: 'it changes how a program is started',
    hint: 'SYSTEM runs a shell, which can redirect and change directory',
  },
  file: { why: 'it belongs to files', hint: 'redirect the file: sockbridge -u - ADDRESS < file' },
  terminal: { why: 'it sets up a terminal', hint: 'stty(1) sets up the terminal that - is' },
  exotic: { why: 'it belongs to interfaces, message queues or SCTP', hint: 'socat(1) does it' },
};

/** Socket options that a systemd socket unit sets: systemd.socket(5). */
const UNIT_DIRECTIVES: Readonly<Record<string, string>> = {
  bindtodevice: 'BindToDevice=',
  'defer-accept': 'DeferAcceptSec=',
  freebind: 'FreeBind=',
  'ip-freebind': 'FreeBind=',
  'ip-transparent': 'Transparent=',
  'ip-ttl': 'IPTTL=',
  ipttl: 'IPTTL=',
  priority: 'Priority=',
  'so-bindtodevice': 'BindToDevice=',
  'so-passcred': 'PassCredentials=',
  'so-priority': 'Priority=',
  'tcp-defer-accept': 'DeferAcceptSec=',
  transparent: 'Transparent=',
  ttl: 'IPTTL=',
};

const OPTIONS = {
  tls: `
    compress egd fips maxfraglen openssl-compress openssl-egd openssl-fips openssl-maxfraglen openssl-pseudo
    pseudo
  `,
  socket: `
    abort-threshold acceptconn attach-filter attachfilter audit authhdr bindtodevice bsdcompat cksumrecv
    conn-abort-threshold cork defer-accept detach-filter detachfilter dgram-errind dgramerrind dontlinger
    dontroute dstopts error fiosetown flowinfo freebind hdrincl hoplimit hopopts if info interface ip-freebind
    ip-hdrincl ip-mtu ip-mtu-discover ip-options ip-pktinfo ip-pktoptions ip-recvdstaddr ip-recverr ip-recvif
    ip-recvopts ip-recvtos ip-recvttl ip-retopts ip-router-alert ip-transparent ip-ttl ipfreebind iphdrincl
    ipmtu ipmtudiscover ipoptions ippktinfo ippktoptions iprecvdstaddr iprecverr iprecvopts iprecvtos iprecvttl
    ipretopts iprouteralert ipttl ipv6-authhdr ipv6-dstopts ipv6-flowinfo ipv6-hoplimit ipv6-hopopts
    ipv6-pktinfo ipv6-recvdstopts ipv6-recverr ipv6-recvhoplimit ipv6-recvhopopts ipv6-recvpathmtu
    ipv6-recvpktinfo ipv6-recvrthdr ipv6-recvtclass ipv6-rthdr ipv6-tclass ipv6-unicast-hops keepinit kernaccept
    linger linger2 maxseg maxseg-late md5sig mss mss-late mtu mtudiscover no-check nocheck noopt nopush
    noreuseaddr oobinline passcred paws peercred pktinfo pktoptions pktopts port priority protocol prototype
    quickack rcvbuf-late rcvlowat rcvtimeo recvdstaddr recvdstopts recverr recvhoplimit recvhopopts recvif
    recvopts recvpktinfo recvrthdr recvtos recvttl retopts rfc1323 routeralert rthdr sack-disable sackena
    security-authentication security-encryption-network security-encryption-transport securityauthentication
    securityencryptionnetwork securityencryptiontransport setsockopt setsockopt-bin setsockopt-connected
    setsockopt-int setsockopt-listen setsockopt-socket setsockopt-string signature-enable siocspgrp sndbuf-late
    sndlowat sndtimeo so-acceptconn so-attach-filter so-audit so-bindtodevice so-bsdcompat so-cksumrecv so-debug
    so-detach-filter so-dgram-errind so-dontlinger so-dontroute so-error so-kernaccept so-linger so-no-check
    so-noreuseaddr so-oobinline so-passcred so-peercred so-priority so-protocol so-prototype so-rcvbuf-late
    so-rcvlowat so-rcvtimeo so-security-authentication so-security-encryption-network
    so-security-encryption-transport so-sndbuf-late so-sndlowat so-sndtimeo so-timestamp so-type so-use-ifbufs
    so-useloopback sockopt sockopt-bin sockopt-conn sockopt-int sockopt-listen sockopt-sock sockopt-string
    socktype stdurg syncnt tcp-abort-threshold tcp-conn-abort-threshold tcp-cork tcp-defer-accept tcp-info
    tcp-keepinit tcp-linger2 tcp-maxseg tcp-maxseg-late tcp-md5sig tcp-noopt tcp-nopush tcp-paws tcp-quickack
    tcp-rfc1323 tcp-sack-disable tcp-sackena tcp-signature-enable tcp-stdurg tcp-syncnt tcp-tsoptena
    tcp-window-clamp timestamp transparent tightsocklen tsoptena ttl type unicast-hops unix-tightsocklen
    use-ifbufs useifbufs useloopback window-clamp
  `,
  resolver: `
    aaonly debug defnames dns dnsrch igntc nameserver nsaddr primary recurse res-aaonly res-debug res-defnames
    res-dnsrch res-igntc res-maxretrans res-maxretry res-nsaddr res-primary res-recurse res-retrans res-retry
    res-stayopen res-usevc retrans stayopen usevc
  `,
  privilege: 'chroot chroot-early netns',
  child: 'pgid pty setpgid sighup sigint sigquit',
  file: `
    async bin binary compr defer delay direct dirsync ext2-append ext2-compr ext2-dirsync ext2-immutable
    ext2-journal-data ext2-noatime ext2-nodump ext2-notail ext2-secrm ext2-sync ext2-topdir ext2-unrm
    ext3-append ext3-compr ext3-dirsync ext3-immutable ext3-journal-data ext3-noatime ext3-nodump ext3-notail
    ext3-secrm ext3-sync ext3-topdir ext3-unrm f-setpipe-sz flock flock-ex flock-ex-nb flock-nb flock-sh
    flock-sh-nb fs-append fs-compr fs-dirsync fs-immutable fs-journal-data fs-noatime fs-nodump fs-notail
    fs-secrm fs-sync fs-topdir fs-unrm i-pop-all i-push immutable ioctl ioctl-bin ioctl-int ioctl-intp
    ioctl-string ioctl-void journal journal-data lock lockw nodump noinherit nshare o-async o-binary o-defer
    o-delay o-direct o-noinherit o-nshare o-priv o-rshare o-text o_defer o_delay o_direct o_nshare o_priv
    o_rshare pipesz pop-all priv push rshare secrm streams-i-pop-all streams-i-push text topdir unrm
  `,
  terminal: `
    b0 b1000000 b110 b115200 b1152000 b1200 b134 b150 b1500000 b1800 b19200 b200 b2000000 b230400 b2400 b2500000
    b300 b3000000 b3500000 b3600 b38400 b4000000 b460800 b4800 b50 b500000 b57600 b576000 b600 b7200 b75 b900
    b921600 b9600 brkint bs0 bs1 bsdly cfmakeraw cibaud clocal cr0 cr1 cr2 cr3 crdly cread crterase crtkill
    crtscts cs5 cs6 cs7 cs8 csize cstopb ctlecho ctty discard dsusp echo echoctl echoe echok echoke echonl
    echoprt eof eol eol2 erase ff0 ff1 ffdly flusho history history-file hup hupcl icanon icrnl iexten ignbrk
    igncr ignpar imaxbel inlcr inpck intr isig ispeed istrip iuclc ixany ixoff ixon kill link lnext min nl0 nl1
    nldly noecho noflsh noprompt ocrnl ofdel ofill olcuc onlcr onlret onocr openpty opost ospeed parenb parmrk
    parodd pendin prompt prterase ptmx pty-interval pty-intervall pty-wait-slave quit raw rawer reprint rprnt
    sane sitout-eio start stop susp swtc swtch symbolic-link tab0 tab1 tab2 tab3 tabdly tandem termios-cfmakeraw
    termios-rawer time tiocsctty tostop vdiscard vdsusp veof veol veol2 verase vintr vkill vlnext vmin vquit
    vreprint vstart vstop vsusp vswtc vt0 vt1 vtdly vtime vwerase wait-slave waitslave werase xcase xtabs
  `,
  exotic: `
    allmulti automedia iff-allmulti iff-automedia iff-broadcast iff-debug iff-dynamic iff-loopback iff-master
    iff-multicast iff-no-pi iff-noarp iff-notrailers iff-pointopoint iff-portsel iff-promisc iff-running
    iff-slave iff-up loopback master mq-flush mq-maxmsg mq-msgsize mq-prio multicast no-pi noarp notrailers
    pointopoint portsel posixmq-flush posixmq-maxmsg posixmq-msgsize posixmq-priority promisc retrieve-vlan
    running sctp-maxseg sctp-maxseg-late sctp-nodelay slave tun-device tun-name tun-no-pi tun-type up
  `,
} as const;
