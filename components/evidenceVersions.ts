/** Which proxies a patch is for: regular expressions, of Go's kind, of which each version matches exactly one. */
export interface EvidenceVersions {
  /** Those whose access log tells why a connection was closed. */
  telling: string;
  /** Those that would refuse a listener whose log asks for it, and go on with the configuration they had before. */
  silent: string;
}

/**
 * By Istio's version of the proxy: the first that tells is 1.30, with Envoy 1.38. What calls itself otherwise than by
 * a number is taken for one that does not, because that works with all.
 */
export const EVIDENCE_VERSIONS: EvidenceVersions = {
  telling: "^(1[.]([3-9][0-9]|[0-9]{3,})|[2-9]|[0-9]{2,})([^0-9]|$)",
  silent: "^((0|1[.][0-9]|1[.][12][0-9])([^0-9]|$)|[^0-9])",
};
