// What is wrong with the machine around the routing daemon: which daemons are started, who can log in, what the kernel does
// with packets.

import type { Diagnostic } from '../../../document/diagnostic.ts';
import { diagnose } from '../faults.ts';
import type { Existing, Setting } from '../model.ts';

export function started({ daemons }: Existing): Diagnostic[] {
  const bgpd = daemons.get('bgpd');
  const zebra = daemons.get('zebra');
  // FRR starts zebra whatever the file says, and its file may leave it out.
  if (bgpd?.value !== true || zebra === undefined || zebra.value) return [];
  return [
    diagnose('VTY201', zebra.span, 'zebra is not started', {
      hint: 'zebra=yes: what bgpd learns comes to the kernel only through zebra',
      related: [{ span: bgpd.span, message: 'bgpd is started' }],
    }),
  ];
}

export function logins({ logins: all, encryption, accessClass, daemonOptions }: Existing): Diagnostic[] {
  const found: Diagnostic[] = [];
  const closed = [...daemonOptions.values()].some(({ value }) => /-A\s*(127\.0\.0\.1|::1)/.test(value));
  // Each daemon has a file of its own, and a log-in of its own.
  for (const source of new Set(all.map(({ span }) => span.source))) {
    const here = all.filter(({ span }) => span.source === source);
    const first = here.find(({ enable }) => !enable);
    if (first === undefined) continue;
    if (!here.some(({ enable }) => enable))
      found.push(
        diagnose('VTY202', first.span, 'a password, and no enable password', {
          hint: 'whoever logs in can change everything; take the password out and use vtysh',
        }),
      );
    for (const { span } of here.filter(({ hashed }) => !hashed && encryption === undefined))
      found.push(
        diagnose('VTY203', span, 'a password in clear text', {
          hint: 'service password-encryption, or no password',
        }),
      );
    if (!closed && !accessClass.some((span) => span.source === source))
      found.push(
        diagnose('VTY204', first.span, 'the log-in is open to everybody who reaches the port', {
          hint: 'start the daemon with -A 127.0.0.1, or take the password out',
        }),
      );
  }
  return found;
}

const FORWARDING: readonly (readonly [string, RegExp])[] = [
  ['net.ipv4.ip_forward', /^net\.ipv4\.(ip_forward|conf\.all\.forwarding)$/],
  ['net.ipv6.conf.all.forwarding', /^net\.ipv6\.conf\.all\.forwarding$/],
];

export function forwarding({ settings }: Existing): Diagnostic[] {
  return FORWARDING.flatMap(([key, pattern]) => {
    const all = settings.filter((each) => pattern.test(each.key));
    const last = all.findLast(({ commented }) => !commented);
    // What does not stand there at all may stand in another file; what stands in a comment was meant for this one.
    const said = last ?? all[0];
    if (said === undefined || last?.value === '1') return [];
    const what =
      last === undefined ? `${key} stands in a comment` : `${key} is ${said.value}: nothing is forwarded`;
    return [diagnose('VTY205', said.span, what, { hint: `${key} = 1` })];
  });
}

const RP_FILTER = /^net\.ipv4\.conf\.(.+)\.rp_filter$/;

export function reversePath({ settings }: Existing): Diagnostic[] {
  const said = settings.filter(({ key }) => RP_FILTER.test(key));
  const live = said.filter(({ commented }) => !commented);
  const all = live.findLast(({ key }) => key === 'net.ipv4.conf.all.rp_filter');
  const [first] = [...live, ...said];
  if (first === undefined || all?.value === '2') return [];
  const loose = { hint: 'net.ipv4.conf.all.rp_filter = 2: the source need only be reachable somehow' };
  const strict = live.filter(({ value }) => value === '1');
  const found = strict.map(({ key, span }) =>
    diagnose('VTY206', span, `${key} is 1: answers that come by the other provider are dropped`, loose),
  );
  if (all !== undefined && all.value !== '1')
    found.push(
      diagnose(
        'VTY206',
        all.span,
        '0 in "all" turns nothing off: an interface that has 1 stays strict',
        loose,
      ),
    );
  return found.length > 0 ? found : [diagnose('VTY206', first.span, notForAll(first), loose)];
}

function notForAll({ key, commented }: Setting): string {
  return commented ? `${key} stands in a comment` : `${key} does not hold for all interfaces`;
}

export function miscounts({ comments }: Existing): Diagnostic[] {
  return comments.flatMap(({ text, span }) => {
    const [, length, count] = /\/(\d{1,2})\b[^\d]{0,4}(\d+) (?:IPs|addresses|hosts)\b/i.exec(text) ?? [];
    if (length === undefined || Number(length) > 32) return [];
    const size = 2 ** (32 - Number(length));
    // The first and the last address are no hosts' on a link, and so two less is a count too.
    if (Number(count) === size || Number(count) === size - 2) return [];
    return [diagnose('VTY207', span, `a /${length} has ${size} addresses, not ${count ?? ''}`)];
  });
}
