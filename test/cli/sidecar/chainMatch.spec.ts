import assert from "node:assert/strict";
import { chooseChain } from "../../../cli/sidecar/chainMatch.ts";
import type { Client } from "../../../cli/sidecar/chainMatch.ts";
import type { FilterChainMatch, Listener } from "../../../cli/sidecar/envoyListener.ts";

const TO = { address: "10.0.0.5", port: 443 };

function listener(chains: Record<string, FilterChainMatch>): Listener {
  return {
    name: "0.0.0.0_443",
    filter_chains: Object.entries(chains).map(([name, filter_chain_match]) => ({
      name,
      filter_chain_match,
    })),
    default_filter_chain: { name: "default" },
  };
}

function tls(sni?: string, alpn?: string[]): Client {
  return { tls: true, sni, ...(alpn && { alpn }) };
}

describe("the filter chain for a client", () => {
  const byName = listener({
    exact: { server_names: ["a.example.com"] },
    wide: { server_names: ["*.example.com"] },
    wider: { server_names: ["*.com"] },
  });
  for (const [client, chain] of [
    [tls("a.example.com"), "exact"],
    [tls("A.Example.com"), "exact"],
    [tls("b.example.com"), "wide"],
    [tls("x.y.example.com"), "wide"],
    [tls("other.com"), "wider"],
    [tls("other.org"), "default"],
    [tls(), "default"],
    [{ tls: false }, "default"],
  ] as const) {
    it(`by server name: ${JSON.stringify(client)}`, () => {
      assert.equal(chooseChain(byName, TO, client).name, chain);
    });
  }

  it("never goes back from a port, an address or a name once it fits", () => {
    const narrow = listener({
      port: { destination_port: 443, server_names: ["a.example.com"] },
      any: {},
    });
    assert.equal(chooseChain(narrow, TO).name, "default");
    const inside = listener({
      near: {
        prefix_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 24 }],
        transport_protocol: "tls",
      },
      far: { prefix_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }] },
    });
    assert.equal(chooseChain(inside, TO).name, "default");
    assert.equal(chooseChain(inside, TO, tls()).name, "near");
  });

  it("by application protocol, after the transport's", () => {
    const sniffed = listener({
      mutual: { transport_protocol: "tls", application_protocols: ["istio", "istio-h2"] },
      tls: { transport_protocol: "tls" },
      http: { transport_protocol: "raw_buffer", application_protocols: ["http/1.1"] },
      plain: { transport_protocol: "raw_buffer" },
    });
    assert.equal(chooseChain(sniffed, TO, tls(undefined, ["istio"])).name, "mutual");
    assert.equal(chooseChain(sniffed, TO, tls("a", ["h2"])).name, "tls");
    assert.equal(chooseChain(sniffed, TO).name, "plain");
  });

  it("takes TLS for plain TCP where the listener does not look for it", () => {
    const plain = listener({ raw: { transport_protocol: "raw_buffer" } });
    assert.equal(chooseChain(plain, TO, tls("a.example.com")).name, "raw");
  });
});
