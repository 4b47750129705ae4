/** How much a finding matters: `error` breaks connections, `warning` is not what it looks like, `info` is good to know. */
export type Severity = "info" | "warning" | "error";

export const SEVERITIES: readonly Severity[] = ["info", "warning", "error"];

/** Every kind of finding, by its code; docs/findings.md explains each. A code never changes its meaning. */
export const CODES = {
  // The way of the connection.
  IIT001: "error", // the sidecar closes every connection: its cluster does not exist
  IIT002: "error", // the sidecar closes every connection: the mesh knows no such host
  IIT003: "error", // the sidecar rejected istiod's configuration
  IIT004: "warning", // a filter overrides the chain's idle timeout for each connection
  IIT005: "warning", // silent connections wait in a listener filter
  IIT006: "warning", // TLS connections go another way than plain ones
  IIT007: "warning", // the name has another address, whose connections go another way
  IIT008: "warning", // a listener without an address takes every connection to the port
  IIT009: "warning", // a proxy behind the sidecar closes idle connections earlier
  IIT010: "info", // the proxy behind could not be asked
  IIT011: "warning", // the sidecar closes busy connections too, after a time
  IIT012: "warning", // some containers run as the sidecar's user and go past it
  IIT013: "warning", // an annotation that nothing reads
  IIT015: "info", // connections by some interfaces or of some groups go past the sidecar
  IIT014: "info", // the name has several addresses, all carried alike
  // Who sets the timeout.
  IIT020: "info", // the timeout is set several times
  IIT021: "warning", // an EnvoyFilter does not reach the connection
  IIT022: "warning", // an EnvoyFilter's operation does not set the timeout
  IIT023: "warning", // istiod can't read an EnvoyFilter's value
  IIT024: "warning", // an EnvoyFilter does not select the pod
  IIT025: "warning", // an EnvoyFilter stands in a namespace from which it can't reach the pod
  IIT026: "warning", // an EnvoyFilter sets another idle timeout than TCP's
  IIT030: "warning", // a DestinationRule sets the timeout where the listener does not read it
  IIT031: "warning", // a DestinationRule sets HTTP's idle timeout for TCP connections
  IIT032: "warning", // a DestinationRule is for a host to whose cluster connections do not go
  IIT033: "warning", // a DestinationRule loses against another
  IIT034: "info", // TCP keep-alive does not stop the idle timeout
  IIT035: "warning", // a ServiceEntry's protocol keeps connections from it
  IIT036: "info", // a ServiceEntry for the endpoint is not seen by the pod's sidecar
  IIT040: "warning", // istiod can't read ISTIO_META_IDLE_TIMEOUT
  IIT041: "warning", // this release of Istio takes no notice of ISTIO_META_IDLE_TIMEOUT here
  IIT042: "warning", // the sidecar does not read a variable where it stands
  IIT043: "warning", // a variable of istiod's stands in the pod
  IIT044: "warning", // a Sidecar resource's inbound pool does not set TCP's idle timeout
  IIT050: "warning", // this release of Istio turns the timeout off
  // What remains.
  IIT060: "info", // the objects that were looked at don't explain the timeout
  IIT061: "error", // the sidecar applies another timeout than istiod sends
} as const satisfies Record<string, Severity>;

export type Code = keyof typeof CODES;
