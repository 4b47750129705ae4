import assert from "node:assert/strict";
import { credentialProblems, credentialsOf } from "../../../components/settings/credentials.ts";

describe("credentialsOf", () => {
  it("groups what was set by kind of middleware", () => {
    const credentials = credentialsOf({
      ...{ redisPassword: "a", redisUsername: undefined },
      ...{ mysqlUsername: "probe", mysqlPassword: "b" },
    });
    assert.deepEqual(credentials, {
      redis: { password: "a" },
      mysql: { username: "probe", password: "b" },
    });
  });
});

describe("credentialProblems", () => {
  it("takes those of the endpoints that there are", () => {
    assert.deepEqual(credentialProblems({ mysqlPassword: "secret" }, ["redis", "mysql"]), []);
  });

  it("refuses others, without their values", () => {
    assert.deepEqual(credentialProblems({ mongodbUsername: "secret" }, ["redis"]), [
      "mongodbUsername: only an existing endpoint that speaks mongodb takes it; set endpoint, and middleware to " +
        "mongodb, or remove the key",
    ]);
  });
});
