// The neighbours and the vantage point of a rehearsal as configurations of BIRD: they take what they hear, so that all of it
// is seen, and retry at once, where BIRD's usual waits are made for the Internet.

import type { Family } from '../../address/index.ts';
import { Writer } from '../../emit/writer.ts';
import type { Play, Provider } from './plan.ts';

const FAMILIES: readonly Family[] = [4, 6];
const HASTE = 'connect delay time 1; connect retry time 2; error wait time 1, 3;';

/** The name of the protocol that is a provider's session with the site. */
export function sessionName(provider: Provider, index: number): string {
  return `site${provider.sessions[index]?.family ?? 4}_${index}`;
}

/** A neighbour's configuration; `password` is that of its sessions with the site. */
export function providerText(play: Play, provider: Provider, password: string | undefined): string {
  const out = heading(`10.255.${provider.number >> 8}.${(provider.number & 255) + 1}`);
  if (provider.bfd) out.line('protocol bfd { interface "*" { interval 300 ms; multiplier 3; }; }');
  for (const family of FAMILIES) {
    const offers = provider.offers.filter(({ prefix }) => prefix.family === family);
    const routes = offers.map(({ prefix }) => `route ${prefix.toString()} blackhole;`).join(' ');
    // A lower preference than BGP's: what the site announces stands above what is offered to it.
    out.line(`protocol static offers${family} { ipv${family} { preference 50; }; ${routes} }`);
    out.line(`protocol kernel { ipv${family} { import none; export where proto != "offers${family}"; }; }`);
    out.line(`filter offer${family} {`).indent(() => {
      for (const { prefix, path } of offers) {
        if (path.length === 0) continue;
        const changes = path.toReversed().map((number) => `bgp_path.prepend(${number});`);
        out.line(`if net = ${prefix.toString()} then { ${changes.join(' ')} }`);
      }
      out.line('accept;');
    });
    out.line('}');
    const { here, there } = provider.uplink[family];
    out.line(`protocol bgp vantage${family} {`).indent(() => {
      out.line(`local ${here} as ${provider.as};`, `neighbor ${there} as ${play.vantage.as};`, HASTE);
      out.line(`ipv${family} { import all; export where proto ~ "site*"; next hop self; };`);
    });
    out.line('}');
  }
  for (const [index, { family, here, there }] of provider.sessions.entries()) {
    out.line(`protocol bgp ${sessionName(provider, index)} {`).indent(() => {
      out.line(
        `local ${here.toString()} as ${provider.as};`,
        `neighbor ${there.toString()} as ${play.as};`,
        HASTE,
      );
      out.line(`hold time ${provider.hold};`, 'local role provider;');
      if (password !== undefined) out.line(`password "${password}";`);
      if (provider.gtsm) out.line('ttl security on;');
      if (provider.bfd) out.line('bfd on;');
      out.line(`ipv${family} { import all; export filter offer${family}; next hop self; };`);
    });
    out.line('}');
  }
  return out.text();
}

/** The vantage point: one prefix of its own in each family, told to all neighbours of the site. */
export function vantageText({ vantage, providers }: Play): string {
  const out = heading('10.255.255.1');
  for (const family of FAMILIES) {
    out.line(
      `protocol static own${family} { ipv${family}; route ${vantage.prefixes[family].toString()} blackhole; }`,
    );
    out.line(`protocol kernel { ipv${family} { import none; export where source = RTS_BGP; }; }`);
    for (const { as, number, uplink } of providers) {
      const { here, there } = uplink[family];
      out.line(`protocol bgp p${number}_${family} {`).indent(() => {
        out.line(`local ${there} as ${vantage.as};`, `neighbor ${here} as ${as};`, HASTE);
        out.line(`ipv${family} { import all; export where source = RTS_STATIC; next hop self; };`);
      });
      out.line('}');
    }
  }
  return out.text();
}

function heading(id: string): Writer {
  const out = new Writer('  ');
  out.line('log stderr all;', `router id ${id};`, 'protocol device { scan time 2; }');
  return out;
}

/** The prefixes in BIRD's answer to `show route`. */
export function prefixesIn(answer: string): readonly string[] {
  return [...answer.matchAll(/^([0-9a-f:.]+\/\d+)\s/gm)].map(([, prefix = '']) => prefix).sort();
}

/** The protocols in BIRD's answer to `show protocols` whose sessions are up. */
export function establishedIn(answer: string): readonly string[] {
  return [...answer.matchAll(/^(\S+)\s+BGP\s.*\bEstablished\s*$/gm)].map(([, name = '']) => name);
}
