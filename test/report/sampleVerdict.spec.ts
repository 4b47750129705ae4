import assert from "node:assert/strict";
import type { Measurement } from "../../model/record.ts";
import type { Cause } from "../../report/verdict.ts";
import { runRecord } from "../cli/records.ts";
import { at, counted, logged, OLD, verdict } from "./judging.ts";

describe("the verdict on one connection", () => {
  const causes: [
    title: string,
    cause: Cause,
    sentence: RegExp,
    subject: Partial<Measurement>,
    other?: Partial<Measurement>,
    awaitFirstBytes?: string[],
  ][] = [
    [
      "a connection that reached its greatest duration",
      "maxConnectionDuration",
      /greatest duration \(maxConnectionDuration\), idle or not/,
      logged({ closeReason: "max_connection_duration_reached", responseFlags: "DT" }),
    ],
    [
      "a drained configuration, although that makes the figure void",
      "configDrain",
      /its configuration changed/,
      {
        ...logged({ closeReason: "filter_chain_is_being_removed" }),
        voidReasons: ["the filter chain was replaced while the connection was held"],
      },
    ],
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
      "an endpoint that the sidecar can't reach",
      "unreachable",
      /could not reach the endpoint \(UF,URX\)/,
      logged({ closeReason: "x", responseFlags: "UF,URX" }),
    ],
    [
      "an endpoint that the sidecar had not reached yet, not its idle timeout",
      "unreachable",
      /had not reached the endpoint yet when it closed it \(tcp_session_idle_timeout\)\.$/,
      logged({ upstreamLocal: null }),
    ],
    [
      "an endpoint that went away, although the idle timeout closed the connection",
      "endpointGone",
      /idle timeout of 10s\. The endpoint can't be reached any more: nothing answers there; .* \(ETIMEDOUT\), so that the connection may have been dead before\.$/,
      {},
      { unreachableAfter: "ETIMEDOUT" },
    ],
    [
      "an endpoint that went away while the connections were open",
      "endpointGone",
      /says nothing about later\. The endpoint can't be reached any more: nothing listens there \(ECONNREFUSED x\), so that the connections may be dead, and nobody has noticed\.$/,
      { end: "open", heldMs: 9000 },
      { unreachableAfter: "ECONNREFUSED x" },
    ],
    [
      "an endpoint that ended and was not there any more",
      "endpointGone",
      /closed the connection \(Normal\), not the sidecar\. The endpoint can't be reached any more: nothing listens there \(ECONNREFUSED x\)\.$/,
      logged({ closeReason: null }),
      { end: "fin", heldMs: 10_000, unreachableAfter: "ECONNREFUSED x" },
    ],
    [
      "the sidecar that never reached an endpoint, although that is gone",
      "unreachable",
      /\(UF,URX\)/,
      logged({ closeReason: "x", responseFlags: "UF,URX" }),
      { unreachableAfter: "ECONNREFUSED x" },
    ],
    [
      "a network that failed for both pods",
      "error",
      /^The network to the endpoint failed: the pod without a sidecar lost its connection too \(ETIMEDOUT\)\.$/,
      logged({ closeReason: null }),
      { end: "error", error: "ETIMEDOUT", heldMs: 12_000 },
    ],
    [
      "nobody while it is open, whatever became of the other one",
      "stillOpen",
      /says nothing about later/,
      { end: "open", heldMs: 9000, proxy: null },
      { end: "error", error: "ETIMEDOUT", heldMs: 12_000 },
    ],
    [
      "the pod's own network",
      "error",
      /\(ETIMEDOUT\)/,
      { end: "error", error: "ETIMEDOUT", proxy: null },
    ],
    [
      "a reason nobody knows",
      "unknown",
      /another reason: sunspots/,
      logged({ closeReason: "sunspots" }),
    ],
    [
      "the idle timeout by the sidecar's count alone",
      "idleTimeout",
      /^According to the sidecar's counter, its idle timeout of 10s closed the connection\.$/,
      { proxy: null, idleTimeouts: counted(3, 4) },
    ],
    [
      "the idle timeout by the count of a sidecar whose log does not tell",
      "idleTimeout",
      /^According to the sidecar's counter/,
      { proxy: OLD, idleTimeouts: counted(0, 1) },
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
      "a sidecar that waits for a client that says nothing",
      "notPassedOn",
      /^The sidecar never passed the connection on: its listener waits without a limit for the client's first bytes \(tls_inspector\), and this client sends none, so no idle timeout applies and the endpoint sees nothing\.$/,
      { end: "open", heldMs: 14_000, proxy: null },
      {},
      ["envoy.filters.listener.tls_inspector"],
    ],
    [
      "nobody while it is open where the client has said something",
      "stillOpen",
      /says nothing about later/,
      { end: "open", heldMs: 9000, lastByteMs: 3, proxy: null },
      {},
      ["envoy.filters.listener.tls_inspector"],
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
      "a connection's greatest duration, by the flag of such a sidecar",
      "maxConnectionDuration",
      /greatest duration/,
      { proxy: { ...OLD, responseFlags: "DT" }, idleTimeouts: counted(0, 0) },
    ],
    [
      "an endpoint that such a sidecar had not reached yet, although its count rose",
      "unreachable",
      /when it closed it \(its version does not log why\)/,
      { proxy: { ...OLD, upstreamLocal: null }, idleTimeouts: counted(0, 1) },
    ],
    [
      "nobody where the count rose at another time",
      "unknown",
      /count of idle timeouts rose, but not for all connections that ended in time, or this one did not end in time\.$/,
      { proxy: null, heldMs: 9400, idleTimeouts: counted(0, 1) },
    ],
    [
      "nobody where the count rose for fewer than ended in time",
      "unknown",
      /count of idle timeouts rose, but not for all/,
      { proxy: null, idleTimeouts: counted(0, 1, 2) },
    ],
    [
      "the idle timeout where the count rose for all that ended in time",
      "idleTimeout",
      /^According to the sidecar's counter/,
      { proxy: null, idleTimeouts: counted(5, 7, 2) },
    ],
    [
      "nobody where the count did not rise and nothing else is known",
      "unknown",
      /log has no entry that says why; its idle timeout did not close it, for its counter did not rise\.$/,
      { proxy: null, idleTimeouts: counted(1, 1) },
    ],
    [
      "what the log says, whatever the count does",
      "serverClosed",
      /\(Normal\), not the sidecar/,
      { ...logged({ closeReason: null }), idleTimeouts: counted(0, 1) },
    ],
    [
      "nobody where the log's only entry is a periodic one, written before the end",
      "unknown",
      /^The connection ended, and the sidecar's log has no entry that says why\.$/,
      { ...logged({ closeReason: null, upstreamClose: null, durationMs: 8_000 }), heldMs: 10_002 },
    ],
    [
      "nobody where such a sidecar's only entry is a periodic one, its count standing still",
      "unknown",
      /log has no entry that says why; its idle timeout did not close it, for its counter did not rise\.$/,
      {
        ...{ proxy: { ...OLD, durationMs: 8_000 }, heldMs: 10_002 },
        ...{ idleTimeouts: counted(1, 1), listenerUpdate: null },
      },
    ],
    [
      "no unreached endpoint by an entry that was written when the connection began",
      "idleTimeout",
      /^According to the sidecar's counter/,
      {
        proxy: { ...OLD, durationMs: 0, upstreamLocal: null },
        idleTimeouts: counted(0, 1),
      },
    ],
    [
      "nobody where such a sidecar's count began anew",
      "unknown",
      /version does not log why it closes connections, and it keeps no count of its idle timeouts\.$/,
      { proxy: OLD, idleTimeouts: counted(3, 1), listenerUpdate: null },
    ],
    [
      "nobody where the count began anew and nothing else is known, nor does it rule anything out",
      "unknown",
      /log has no entry that says why\.$/,
      { proxy: null, idleTimeouts: counted(3, 1) },
    ],
    [
      "nobody without the sidecar's word",
      "unknown",
      /log has no entry that says why\.$/,
      { proxy: null },
    ],
    [
      "nobody while it is held",
      "running",
      /the measurement goes on/,
      { end: "open", heldMs: 8000, proxy: null, running: true },
      { heldMs: 8000, running: true },
    ],
    [
      "nobody while it is open",
      "stillOpen",
      /says nothing about later/,
      { end: "open", heldMs: 9000, proxy: null },
    ],
    [
      "nobody while it is open beyond its idle timeout",
      "stillOpen",
      /still open when the window ended, 4\.000 s after the idle timeout of 10s should have closed it\.$/,
      { end: "open", heldMs: 14_000, proxy: null },
    ],
    [
      "nobody while it is open and the endpoint answers",
      "stillOpen",
      /^The connection was still open when the window ended and the endpoint answered on it, which says nothing about later\.$/,
      { end: "open", heldMs: 9000, proxy: null, answer: "ok" },
    ],
    [
      "nobody in particular where an open connection is dead",
      "dead",
      /^The connection seemed to be open when the window ended, but nobody answered within 10 s: the endpoint hangs, or it or something on the way to it gave the connection up without closing it\.$/,
      { end: "open", heldMs: 9000, proxy: null, answer: "ETIMEDOUT" },
    ],
    [
      "not the sidecar where the control is dead as well",
      "dead",
      /a question was not answered \(ECONNRESET\): .* The pod without a sidecar found the same, so the sidecar is not to blame\.$/,
      { end: "open", heldMs: 9000, proxy: null, answer: "ECONNRESET" },
      { end: "open", heldMs: 9000, answer: "ETIMEDOUT" },
    ],
    [
      "not the idle timeout alone where the control is dead",
      "droppedWithoutSidecarToo",
      /^The connection of the pod without a sidecar was dead too, so something other than the sidecar/,
      {},
      { end: "open", heldMs: 14_000, answer: "ETIMEDOUT" },
    ],
    [
      "an endpoint that is gone, on whose connection nobody answered",
      "endpointGone",
      /gave the connection up without closing it\. The endpoint can't be reached any more: nothing answers there/,
      { end: "open", heldMs: 9000, proxy: null, answer: "ETIMEDOUT" },
      { unreachableAfter: "ETIMEDOUT" },
    ],
    [
      "something else where the control dropped as well",
      "droppedWithoutSidecarToo",
      /something other than the sidecar/,
      {},
      { end: "reset", heldMs: 12_000 },
    ],
    [
      "nobody where the figure is void",
      "void",
      /^The figure is void: the sidecar restarted\. Set run to another number/,
      { voidReasons: ["the sidecar restarted"] },
    ],
    [
      "nobody where the control is void",
      "void",
      /^The figure is void: the pod was evicted\./,
      {},
      { voidReasons: ["the pod was evicted"] },
    ],
  ];
  for (const [title, cause, sentence, subject, other, awaitFirstBytes] of causes) {
    it(`blames ${title}`, () => {
      const { effective } = runRecord();
      const found = verdict(
        subject,
        other,
        awaitFirstBytes && runRecord({ effective: { ...effective, awaitFirstBytes } }),
      );
      assert.equal(found.cause, cause);
      assert.match(found.sentence, sentence);
    });
  }
});
