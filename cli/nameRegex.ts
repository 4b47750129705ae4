/**
 * A regular expression, of Envoy's kind, for this name of a cluster or a statistic. Istio makes them of letters, digits,
 * `_`, `-`, `|` and `.`.
 */
export function nameRegex(name: string): string {
  return name.replace(/[|.]/g, "\\$&");
}
