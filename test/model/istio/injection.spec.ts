import assert from "node:assert/strict";
import fc from "fast-check";
import { injectionAnnotations } from "../../../model/istio/injection.ts";

describe("injectionAnnotations", () => {
  it("are none where nothing is asked", () => {
    assert.deepEqual(injectionAnnotations([]), {});
    assert.deepEqual(
      injectionAnnotations([{ proxyMetadata: {} }, { excludedPort: undefined }]),
      {},
    );
  });

  it("name image, metadata and port as Istio does", () => {
    assert.deepEqual(
      injectionAnnotations([
        { proxyImage: "proxy@sha256:0", proxyMetadata: { B: "2" } },
        { excludedPort: 6379 },
      ]),
      {
        "sidecar.istio.io/proxyImage": "proxy@sha256:0",
        "traffic.sidecar.istio.io/excludeOutboundPorts": "6379",
        "proxy.istio.io/config": '{"proxyMetadata":{"B":"2"}}',
      },
    );
  });

  it("put all metadata into one, in one order", () => {
    const metadata = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,9}$/), fc.string());
    fc.assert(
      fc.property(metadata, metadata, (one, two) => {
        const merged = { ...one, ...two };
        const annotation = injectionAnnotations([{ proxyMetadata: one }, { proxyMetadata: two }])[
          "proxy.istio.io/config"
        ];
        const expected = JSON.stringify({
          proxyMetadata: Object.fromEntries(
            Object.keys(merged)
              .sort()
              .map((key) => [key, merged[key]]),
          ),
        });
        assert.equal(annotation, Object.keys(merged).length === 0 ? undefined : expected);
      }),
    );
  });
});
