// What the command line may tell a target besides the filter itself. One record for all targets: what does not concern one
// it ignores, or refuses by name where ignoring would mislead.

/** A table of nftables. */
export interface NftTable {
  readonly family: 'inet' | 'ip' | 'ip6';
  readonly name: string;
}

export interface EmitOptions {
  /** One text for all families, where the target's tools can be given such a one; else one for each tool. */
  readonly together: boolean;
  /** nftables: the table of the site that the chain is put into; undefined is a table of our own, with a hook of its own. */
  readonly table: NftTable | undefined;
}
