// Amazon's names of places: a zone is its region's name and something more.

/**
 * The region of an availability zone (`us-east-1a`), a local zone (`us-west-2-lax-1a`) or a Wavelength zone
 * (`us-east-1-wl1-bos-wlz-1`): us-east-1, us-west-2, us-east-1. Anything else is given back as it is.
 */
export function regionOf(zone: string): string {
  return /^[a-z]+(?:-[a-z]+)+?-\d+/.exec(zone)?.[0] ?? zone;
}
