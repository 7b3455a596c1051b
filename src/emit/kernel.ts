// What an artifact of a packet filter puts into the kernel, by name and piece by piece: for whoever works out a difference
// with what is loaded instead of loading the text. Data only. Everything that a filter called NAME ever puts there is called
// NAME or begins with `NAME-`: what is there under such a name and in none of these is a remnant, and may be taken away once
// nothing refers to it.

export type Family = 4 | 6;

/** A chain of ours, as a whole: loading replaces what was in it. */
export interface KernelChain {
  readonly name: string;
  /**
   * xtables: each rule as iptables-save prints it behind `-A NAME `, byte for byte the same with both backends, comments
   * included. nft: as it stands behind `add rule FAMILY TABLE NAME `, which is not always how nft prints it.
   */
  readonly rules: readonly string[];
}

/** A jump to a chain of ours, which must stand before every other rule of the chain that it is in, once. */
export interface KernelJump {
  /** A built-in chain (xtables), or the base chain of the site's table (nft). */
  readonly from: string;
  readonly to: string;
}

/** One element of a set. */
export interface KernelElement {
  /** `192.0.2.1` or `198.51.100.0/24`, canonical, as `ipset save` and `nft -j list set` have it. */
  readonly text: string;
  /** Plain text within the target's limit, '' for none. Two states that differ only in comments accept the same packets. */
  readonly comment: string;
}

/**
 * A set of ours. Addresses and prefixes never stand in one set: addresses go into a hash table, which is cheap to change,
 * prefixes into one of intervals or of prefix lengths.
 */
export interface KernelSet {
  readonly name: string;
  readonly family: Family;
  readonly kind: 'addresses' | 'prefixes';
  readonly count: number;
  /** Ascending, none inside another; made anew each time it is asked for, so that a million of them need not be kept. */
  elements(): Iterable<KernelElement>;
}

/** Rules for iptables-restore or ip6tables-restore, in the table `filter`. */
export interface XtablesContents {
  readonly kind: 'xtables';
  readonly family: Family;
  readonly chains: readonly KernelChain[];
  readonly jumps: readonly KernelJump[];
}

/** Sets for `ipset restore`. Their artifact is loaded before the rules that match on them. */
export interface IpsetContents {
  readonly kind: 'ipset';
  readonly sets: readonly IpsetSet[];
}

export interface IpsetSet extends KernelSet {
  /** Behind `create NAME `: type and parameters. The same for every load, so that `create -exist` and `swap` never fail. */
  readonly create: string;
  /** A name that is free for the set that is filled and takes this one's place by `swap`. */
  readonly spare: string;
}

/** Chains and sets in one table of nftables. */
export interface NftContents {
  readonly kind: 'nft';
  readonly table: { readonly family: 'inet' | 'ip' | 'ip6'; readonly name: string };
  /** Whether the whole table is ours: then its chains are base chains and there are no jumps. */
  readonly owned: boolean;
  readonly chains: readonly KernelChain[];
  readonly sets: readonly NftSet[];
  readonly jumps: readonly KernelJump[];
}

export interface NftSet extends KernelSet {
  /** What stands in the braces of `add set`: `type ipv4_addr; flags interval;`. */
  readonly declaration: string;
}

export type KernelContents = XtablesContents | IpsetContents | NftContents;
