import { at, counted, logged, OLD, testBlame } from "./judging.ts";

describe("the verdict on a connection that ended without a reason of the sidecar's own", () => {
  testBlame([
    [
      "a server that closed in order, in both pods",
      "serverClosed",
      /^The endpoint, or something on the way to it, closed the connection \(Normal\), not the sidecar\.$/,
      logged({ closeReason: null }),
      { end: "fin", heldMs: 10_000 },
    ],
    [
      "a server that reset it",
      "serverReset",
      /^The endpoint, or something on the way to it, reset the connection \(RemoteReset\), not the sidecar\.$/,
      { ...logged({ closeReason: null, upstreamClose: "RemoteReset" }), end: "reset" },
      { end: "reset", heldMs: 10_000 },
    ],
    [
      "a server that reset it, by the flag alone",
      "serverReset",
      /^The endpoint, or something on the way to it, reset the connection, not the sidecar\.$/,
      logged({ closeReason: null, upstreamClose: null, responseFlags: "UR" }),
    ],
    [
      "a server's own limit that it told of",
      "serverLimit",
      /^The endpoint closed the connection \(Normal\) by its own limit on idle connections, timeout of 8s, not the sidecar\.$/,
      {
        ...logged({ closeReason: null }),
        ...{ heldMs: 9000, lastByteMs: 500, idleLimit: { setting: "timeout", ms: 8000 } },
      },
      { end: "fin", heldMs: 9000 },
    ],
    [
      "a server that closed before its own limit",
      "serverClosed",
      /^The endpoint, or something on the way to it, closed/,
      {
        ...logged({ closeReason: null }),
        ...{ heldMs: 9000, lastByteMs: 3000, idleLimit: { setting: "timeout", ms: 8000 } },
      },
    ],
    [
      "a server whose own limit is never",
      "serverClosed",
      /^The endpoint, or something on the way to it, closed/,
      { ...logged({ closeReason: null }), idleLimit: { setting: "timeout", ms: 0 } },
    ],
    [
      "the server where such a sidecar's count did not rise",
      "serverClosed",
      /^The endpoint, or something on the way to it, closed the connection, not the sidecar\.$/,
      { proxy: OLD, idleTimeouts: counted(1, 1), listenerUpdate: null },
    ],
    [
      "nobody where it is not known whether such a sidecar drained its listener",
      "unknown",
      /version does not log why it closes connections, and whether it drained its listener meanwhile is not known\.$/,
      { proxy: OLD, idleTimeouts: counted(1, 1) },
    ],
    [
      "nobody where such a sidecar updated its listener meanwhile",
      "unknown",
      /version does not log why it closes connections, and its listener was updated while the connection was held, so that it may have drained it\.$/,
      {
        proxy: OLD,
        idleTimeouts: counted(1, 1),
        listenerUpdate: { at: at(3000), drainMs: 45_000 },
      },
    ],
    [
      "a drain that such a sidecar ended when its drain time was over",
      "configDrain",
      /^The sidecar updated the listener of the connection 3\.000 s after it was opened, and the connection ended when the drain time of 6s was over\.$/,
      {
        ...{ proxy: OLD, heldMs: 9_020, idleTimeouts: counted(1, 1) },
        listenerUpdate: { at: at(3000), drainMs: 6000 },
      },
    ],
    [
      "a server whose close a sidecar saw, although its listener was updated",
      "serverClosed",
      /closed the connection \(Normal\), not the sidecar\.$/,
      { ...logged({ closeReason: null }), listenerUpdate: { at: at(3000), drainMs: 6000 } },
    ],
    [
      "nobody where a sidecar logs neither its own close nor the endpoint's, and updated its listener",
      "unknown",
      /the sidecar's log names no reason, and its listener was updated/,
      {
        ...logged({ closeReason: null, upstreamClose: null }),
        listenerUpdate: { at: at(3000) },
      },
    ],
    [
      "nobody where such a sidecar keeps no count",
      "unknown",
      /version does not log why it closes connections, and it keeps no count of its idle timeouts\.$/,
      { proxy: OLD, listenerUpdate: null },
    ],
    [
      "a server that reset it, by the flag of such a sidecar",
      "serverReset",
      /reset the connection, not the sidecar/,
      { proxy: { ...OLD, responseFlags: "UR" } },
    ],
    [
      "what the log says, whatever the count does",
      "serverClosed",
      /\(Normal\), not the sidecar/,
      { ...logged({ closeReason: null }), idleTimeouts: counted(0, 1) },
    ],
    [
      "nobody where such a sidecar's count began anew",
      "unknown",
      /version does not log why it closes connections, and it keeps no count of its idle timeouts\.$/,
      { proxy: OLD, idleTimeouts: counted(3, 1), listenerUpdate: null },
    ],
  ]);
});
