import assert from "node:assert/strict";
import { ProbeCredentials } from "../../../components/pods/probeCredentials.ts";
import { declare, isSecret, only, valueOf } from "../../mocks.ts";

const SECRET = "kubernetes:core/v1:Secret";

describe("ProbeCredentials", () => {
  it("keeps what the probes log in with secret, and tells when it changes by a version that is not", async () => {
    const { resources, result } = await declare(
      () =>
        new ProbeCredentials("credentials", {
          namespace: "istio-idle-timeout-test",
          credentials: { mysql: { username: "probe", password: "s3cret" } },
        }),
      {
        outputs: {
          [SECRET]: ({ metadata }) => ({ metadata: { ...metadata, resourceVersion: "42" } }),
        },
      },
    );
    const { inputs } = only(resources, SECRET);
    assert.deepEqual(inputs.metadata, {
      name: "probe-credentials",
      namespace: "istio-idle-timeout-test",
    });
    assert.deepEqual(inputs.stringData, {
      secret: {
        "credentials.json": '{"mysql":{"username":"probe","password":"s3cret"}}',
      },
    });
    assert.equal(await valueOf(result.version), "42");
    assert.equal(await isSecret(result.version), false);
  });
});
