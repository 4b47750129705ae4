import assert from "node:assert/strict";

import { passwordPlugins } from "../../../../../app/probe/middleware/mysql/password.ts";
import { hex } from "../scripted.ts";

describe("passwords", () => {
  it("are proven as other clients prove them", () => {
    const nonce = hex("0a2f4a6f4b49223058 4c724a250d035052021715");
    const sha2 = passwordPlugins.get("caching_sha2_password");
    const native = passwordPlugins.get("mysql_native_password");
    assert.equal(
      sha2!.prove("secret", nonce).toString("hex"),
      "f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c",
    );
    assert.equal(
      sha2!.prove("secret2", nonce).toString("hex"),
      "abc3934a012cf342e876071c8ee202de51785b430258a7a0138bc79c4d800bc6",
    );
    assert.equal(sha2!.prove("", nonce).length, 0);
    assert.equal(native!.prove("", nonce).length, 0);
  });
});
