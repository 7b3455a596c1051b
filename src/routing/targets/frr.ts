// FRR: one integrated frr.conf, the list of daemons to start, vtysh's own file, kernel settings. Every default that the
// configuration stands on is written out, because it differs between versions or hangs on `frr defaults`.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { Session, Speaker } from '../speaker.ts';
import { kernelSettings } from './kernel.ts';
import { ROLE_WORDS } from './roles.ts';
import { compareVersions, formatVersion, type RoutingTarget, type Version } from './version.ts';
import { type Dialect, writePolicy } from './vty.ts';

const DIALECT: Dialect = {
  lists: 'bgp',
  numbered: true,
  large: true,
  nextHop6: true,
  rpki: true,
  setsByList: false,
  exits: true,
};

const OLDEST: Version = { major: 8, minor: 4 };
const BEYOND: Version = { major: 11, minor: 0 };

/** Administrative distance of a pull-up route: any other route for the prefix is better (255 would never be used). */
const PULL_UP_DISTANCE = 254;

/** The daemons of Debian's package, in its order. zebra and staticd are always started. */
const DAEMONS = [
  'bgpd',
  'ospfd',
  'ospf6d',
  'ripd',
  'ripngd',
  'isisd',
  'pimd',
  'ldpd',
  'nhrpd',
  'eigrpd',
  'babeld',
  'sharpd',
  'pbrd',
  'bfdd',
  'fabricd',
  'vrrpd',
  'pathd',
] as const;

/** From here on a cache has its kind before it. */
const RPKI_KINDS: Version = { major: 10, minor: 1 };
/** From here on the first AS number is checked unless it is said otherwise. */
const FIRST_AS_BY_DEFAULT: Version = { major: 9, minor: 1 };

const BFD_PROFILE = 'penstock';

export const frr: RoutingTarget = {
  name: 'frr',
  summary: 'FRR 8.4 to 10: one integrated frr.conf',
  usual: OLDEST,
  versions: '8.4 to 10',
  supports: (version) => compareVersions(version, OLDEST) >= 0 && compareVersions(version, BEYOND) < 0,
  refuse,
  emit,
};

/** GTSM makes FRR speak multihop BFD (RFC 5883), which a neighbour with single-hop BFD (RFC 5881) never answers. */
function refuse(speaker: Speaker): readonly Diagnostic[] {
  return speaker.sessions.flatMap((session) =>
    session.gtsm === undefined || session.bfd === undefined
      ? []
      : [
          diagnose(
            'BGP101',
            session.bfd.span,
            `FRR can't have BFD and GTSM with ${session.address.toString()}`,
            {
              hint: 'leave out bfd or gtsm',
              related: [{ span: session.gtsm.span, message: 'GTSM is asked for here' }],
            },
          ),
        ],
  );
}

function emit(speaker: Speaker, version: Version): readonly Artifact[] {
  const owner = 'frr:frr';
  return [
    { path: '/etc/frr/daemons', mode: 0o640, owner, text: daemons(speaker) },
    {
      path: '/etc/frr/frr.conf',
      mode: 0o640,
      owner,
      text: configuration(speaker, version),
      // Syntax only: what is referred to and not there, it does not see.
      verify: ['vtysh', '-C', '-f', '{}'],
      load: ['systemctl', 'reload', 'frr'],
    },
    { path: '/etc/frr/vtysh.conf', mode: 0o640, owner: 'frr:frrvty', text: vtysh(speaker) },
    kernelSettings(speaker),
  ];
}

function daemons(speaker: Speaker): string {
  const wanted = new Set<string>(['bgpd']);
  if (usesBfd(speaker)) wanted.add('bfdd');
  if (speaker.interior.igp === 'ospf') wanted.add('ospfd').add('ospf6d');
  const out = new Writer();
  out.line(`# ${speaker.name}: which daemons FRR starts. zebra and staticd always run.`);
  for (const name of DAEMONS) out.line(`${name}=${wanted.has(name) ? 'yes' : 'no'}`);
  out.line('', '# The configuration is one file, which vtysh hands out.', 'vtysh_enable=yes', '');
  out.line('# The daemons can be reached from this machine only.');
  for (const name of ['zebra', 'staticd', ...wanted]) {
    // The module is in a package of its own, frr-rpki-rtrlib.
    const module = name === 'bgpd' && speaker.validators.length > 0 ? ' -M rpki' : '';
    out.line(`${name}_options="-A 127.0.0.1${module}"`);
  }
  return out.text();
}

function vtysh(speaker: Speaker): string {
  return new Writer()
    .line(`! ${speaker.name}: one configuration file for all daemons, /etc/frr/frr.conf`)
    .line('service integrated-vtysh-config')
    .text();
}

function configuration(speaker: Speaker, version: Version): string {
  const out = new Writer();
  out.line(`! ${speaker.name}, AS ${speaker.as.toString()}, for FRR ${formatVersion(version)}.`);
  out.line('! Made by bgpgen from the site file: change that, and make this anew.');
  out.line('frr defaults traditional');
  out.line(`hostname ${speaker.name}`, 'log syslog informational');
  out.line('ip forwarding', 'ipv6 forwarding', '!');
  pullUps(out, speaker);
  ways(out, speaker);
  rpki(out, speaker, version);
  writePolicy(out, speaker.policy, DIALECT);
  if (usesBfd(speaker)) bfd(out);
  if (speaker.interior.igp === 'ospf') ospf(out, speaker);
  router(out, speaker, version);
  return out.text();
}

/** R3: the prefix stays announced whatever happens to the interfaces behind it, and its unused parts loop nowhere. */
function pullUps(out: Writer, speaker: Speaker): void {
  out.line('! pull-up routes: our prefixes are there as long as this router is');
  for (const prefix of speaker.prefixes) {
    const word = prefix.family === 4 ? 'ip' : 'ipv6';
    out.line(`${word} route ${prefix.toString()} blackhole ${PULL_UP_DISTANCE}`);
  }
  out.line('!');
}

/** The loopbacks of our other routers, where no protocol finds them. */
function ways(out: Writer, { interior }: Speaker): void {
  if (interior.ways.length === 0) return;
  out.line('! our other routers');
  for (const { to, via } of interior.ways) {
    out.line(`${to.family === 4 ? 'ip' : 'ipv6'} route ${to.toString()} ${via.toString()}`);
  }
  out.line('!');
}

/** Caches of validated ROAs (RFC 8210); from 10.1 on the kind of the connection is named. */
function rpki(out: Writer, { validators }: Speaker, version: Version): void {
  if (validators.length === 0) return;
  const kind = compareVersions(version, RPKI_KINDS) < 0 ? '' : 'tcp ';
  out.line('! who says which network may announce a prefix (RFC 6811)', 'rpki').indent(() => {
    for (const [index, { address, port }] of validators.entries()) {
      out.line(`rpki cache ${kind}${address.toString()} ${port} preference ${index + 1}`);
    }
  });
  out.line('exit', '!');
}

/** OSPF for both families, between our own routers and nowhere else. */
function ospf(out: Writer, { interior, id }: Speaker): void {
  out.line('! between our own routers');
  for (const family of [4, 6] as const) {
    const word = family === 4 ? 'ip ospf' : 'ipv6 ospf6';
    for (const link of interior.links) {
      if (!link.prefixes.some((prefix) => prefix.family === family)) continue;
      out.line(`interface ${link.interface}`).indent(() => {
        out.line(`${word} area 0.0.0.0`);
        if (link.pair) out.line(`${word} network point-to-point`);
      });
      out.line('exit', '!');
    }
    if (interior.loopbacks.some((address) => address.family === family)) {
      out.line('interface lo').indent(() => out.line(`${word} area 0.0.0.0`, `${word} passive`));
      out.line('exit', '!');
    }
  }
  out.line('router ospf').indent(() => out.line(`ospf router-id ${id.toString()}`));
  out.line('exit', '!');
  out.line('router ospf6').indent(() => out.line(`ospf6 router-id ${id.toString()}`));
  out.line('exit', '!');
}

/** RFC 5880: lost after three intervals of 300 ms, which every implementation can keep up. */
function bfd(out: Writer): void {
  out.line('bfd').indent(() => {
    out.line(`profile ${BFD_PROFILE}`).indent(() => {
      out.line('detect-multiplier 3', 'receive-interval 300', 'transmit-interval 300');
    });
    out.line('exit');
  });
  out.line('exit', '!');
}

function router(out: Writer, speaker: Speaker, version: Version): void {
  out.line(`router bgp ${speaker.as.toString()}`).indent(() => {
    out.line(`bgp router-id ${speaker.id.toString()}`, 'bgp log-neighbor-changes');
    out.line('! a session carries what it is told to, and nothing without a policy (RFC 8212)');
    out.line('no bgp default ipv4-unicast', 'bgp ebgp-requires-policy');
    out.line('! a prefix without a route behind it is not announced', 'bgp network import-check');
    out.line('! a dead link ends its sessions at once', 'bgp fast-external-failover');
    out.line('! AS_SETs are refused (RFC 9774)', 'bgp reject-as-sets');
    if (speaker.gracefulRestart === 'off') {
      out.line('! nobody else can forward for us while we restart: neighbours must not keep our routes');
      out.line('bgp graceful-restart-disable');
    } else if (speaker.gracefulRestart === 'on') out.line('bgp graceful-restart');
    if (speaker.multipath !== undefined) {
      out.line('! equally long paths are used at once, whatever networks they lead through');
      out.line('bgp bestpath as-path multipath-relax');
    }
    for (const session of speaker.sessions) neighbor(out, session, speaker, version);
    for (const family of [4, 6] as const) {
      const sessions = speaker.sessions.filter((session) => session.family === family);
      const prefixes = speaker.prefixes.filter((prefix) => prefix.family === family);
      if (sessions.length + prefixes.length === 0) continue;
      out.line('!', `address-family ipv${family} unicast`).indent(() => {
        for (const prefix of prefixes) out.line(`network ${prefix.toString()}`);
        if (speaker.multipath !== undefined) out.line(`maximum-paths ${speaker.multipath.ways}`);
        if (speaker.damping !== undefined) {
          const { halfLife, reuse, suppress, longest } = speaker.damping;
          out.line(`bgp dampening ${halfLife} ${reuse} ${suppress} ${longest}`);
        }
        for (const session of sessions) familyLines(out, session);
      });
      out.line('exit-address-family');
    }
  });
  out.line('exit', '!');
}

function neighbor(out: Writer, session: Session, speaker: Speaker, version: Version): void {
  const name = `neighbor ${session.address.toString()}`;
  out.line('!', `${name} remote-as ${session.as.toString()}`, `${name} description ${session.description}`);
  if (session.password !== undefined) out.line(`${name} password ${session.password}`);
  if (session.source !== undefined) out.line(`${name} update-source ${session.source.toString()}`);
  if (session.gtsm !== undefined) out.line(`${name} ttl-security hops ${session.hops}`);
  else if (session.hops > 1) out.line(`${name} ebgp-multihop ${session.hops}`);
  if (session.bfd !== undefined) out.line(`${name} bfd profile ${BFD_PROFILE}`);
  out.line(`${name} timers ${session.keepalive} ${session.hold}`, `${name} timers connect 10`);
  const role = ROLE_WORDS[session.role];
  if (role !== undefined) {
    // A route server does not put itself into the path (RFC 7947 section 2.2.2); newer versions ask for it by themselves.
    if (session.role !== 'route-server') out.line(`${name} enforce-first-as`);
    else if (compareVersions(version, FIRST_AS_BY_DEFAULT) >= 0) out.line(`no ${name} enforce-first-as`);
    // RFC 9234: what a provider marked as for customers only goes to no other provider or peer.
    out.line(`${name} local-role ${role}`);
  }
  if (speaker.gracefulRestart === 'helper') out.line(`${name} graceful-restart-helper`);
  if (session.maintenance === 'down') out.line(`${name} shutdown`);
}

/** The lists beside the maps say the same once more: with any one line lost, nothing that isn't ours goes out. */
function familyLines(out: Writer, session: Session): void {
  const name = `neighbor ${session.address.toString()}`;
  out.line(`${name} route-map ${session.inMap} in`, `${name} route-map ${session.outMap} out`);
  if (session.role === 'ibgp') out.line(`${name} next-hop-self`);
  if (session.outPrefixes !== undefined) out.line(`${name} prefix-list ${session.outPrefixes} out`);
  if (session.outPaths !== undefined) out.line(`${name} filter-list ${session.outPaths} out`);
  out.line(
    // force: what the filters refuse counts too, or a provider's leaked table would not trip the limit. FRR counts only
    // what it keeps, which is what soft-reconfiguration is for, and looks at the count when a route is accepted.
    `${name} soft-reconfiguration inbound`,
  );
  if (session.maxReceived !== undefined) out.line(`${name} maximum-prefix ${session.maxReceived} 90 force`);
  if (session.maxSent !== undefined) out.line(`${name} maximum-prefix-out ${session.maxSent}`);
  // Last: a neighbour that calls while this is read must find all of it in place.
  out.line(`${name} activate`);
}

function usesBfd(speaker: Speaker): boolean {
  return speaker.sessions.some(({ bfd: asked }) => asked !== undefined);
}
