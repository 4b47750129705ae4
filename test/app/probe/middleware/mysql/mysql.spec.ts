import assert from "node:assert/strict";
import { constants, generateKeyPairSync, privateDecrypt } from "node:crypto";

import type { Channel } from "../../../../../app/probe/middleware/channel.ts";
import { mysql } from "../../../../../app/probe/middleware/mysql/mysql.ts";
import { encodePacket, parsePacket } from "../../../../../app/probe/middleware/mysql/packets.ts";
import { passwordPlugins } from "../../../../../app/probe/middleware/mysql/password.ts";
import { hex, scripted } from "../scripted.ts";
import type { Turn } from "../scripted.ts";

/** Recorded exchange of the probe with a MariaDB 10.11.18 of Debian, byte for byte. */
const GREETING = hex(`
  64000000 0a 352e352e352d31302e31312e31382d4d6172696144422d302b646562313275310008000000
  765f5a2547753a5c00 fef7 2d 0200 ff81 15 000000000000 1d000000 44217342316a47643f4e496200
  6d7973716c5f6e61746976655f70617373776f726400`);
const LOGIN = hex(`
  51000001 01a20800 00000001 2d 0000000000000000000000000000000000000000000000 70726f626500
  14 2af22a29d1eddefb678c392a9060cb65500357d7 6d7973716c5f6e61746976655f70617373776f726400`);
const OK_2 = hex("07000002 00000002000000");
const REFUSED = hex(`
  49000002 ff 1504 233238303030 4163636573732064656e69656420666f722075736572202770726f626527
  40276c6f63616c686f73742720287573696e672070617373776f72643a2059455329`);
const PING = hex("01000000 0e");
const PING_OK = hex("07000001 00000002000000");
const SLEEP = hex("12000000 03 53454c45435420534c45455028302e3129");
const SLEPT = hex(`
  01000001 01 20000002 036465660000000a534c45455028302e3129000c3f00010000000381000000000500
  0003fe00000200 02000004 0130 05000005 fe00000200`);
const WAIT_TIMEOUT = hex("16000000 03 53454c454354204040776169745f74696d656f7574");
const SECONDS = hex(`
  01000001 01 24000002 036465660000000e4040776169745f74696d656f7574000c3f001500000008a000000000
  05000003 fe00000200 06000004 053238383030 05000005 fe00000200`);

const probe = { username: "probe", password: "pw" };

describe("mysql", () => {
  describe("open", () => {
    it("logs in with mysql_native_password", async () => {
      const { channel, assertDone } = scripted([
        { answer: GREETING },
        { expect: LOGIN, answer: OK_2 },
      ]);
      assert.equal(await mysql.open(channel, probe), undefined);
      assertDone();
    });

    it("tells in one line why the server refuses a password", async () => {
      const { channel } = scripted([{ answer: GREETING }, { expect: LOGIN, answer: REFUSED }]);
      await assert.rejects(mysql.open(channel, probe), {
        message:
          "MySQL answered: ERROR 1045 (28000): Access denied for user 'probe'@'localhost' (using password: YES)",
      });
    });

    it("sends no proof without a password", async () => {
      const { channel, assertDone } = scripted([
        { answer: GREETING },
        {
          expect: hex(`38000001 01a20800 00000001 2d 0000000000000000000000000000000000000000000000
            00 00 6d7973716c5f6e61746976655f70617373776f726400`),
          answer: OK_2,
        },
      ]);
      assert.equal(await mysql.open(channel, {}), undefined);
      assertDone();
    });

    it("tells what the server says instead of a greeting", async () => {
      const said =
        "Host '10.0.0.7' is blocked because of many connection errors; unblock with 'mariadb-admin flush-hosts'";
      const payload = Buffer.concat([hex("ff 6904"), Buffer.from(said)]);
      const { channel } = scripted([{ answer: encodePacket({ sequence: 0, payload }) }], {
        hangUp: true,
      });
      await assert.rejects(mysql.open(channel, probe), {
        message: `MySQL answered: ERROR 1129: ${said}`,
      });
    });

    it("rejects when the server hangs up instead of a greeting, and in the middle of one", async () => {
      for (const answer of ["", GREETING.subarray(0, 50)]) {
        const { channel } = scripted([{ answer }], { hangUp: true });
        await assert.rejects(mysql.open(channel, probe), {
          message: "the connection was closed before the whole answer came",
        });
      }
    });

    it("refuses other protocols and logins that are too old", async () => {
      const other = scripted([{ answer: hex("05000000 09 352e3000") }]);
      await assert.rejects(mysql.open(other.channel, probe), {
        message: "not a MySQL server: its greeting has protocol 9 instead of 10",
      });
      const old = Buffer.from(GREETING);
      old.writeUInt16LE(0x8100, GREETING.indexOf(hex("ff8115")));
      const { channel } = scripted([{ answer: old }]);
      await assert.rejects(mysql.open(channel, probe), {
        message:
          "MySQL 5.5.5-10.11.18-MariaDB-0+deb12u1 is too old: the probe logs in to 5.5 or later",
      });
    });

    it("names a version that is too old without the controls in it", async () => {
      const version = "5.5\u001b[2J";
      const payload = Buffer.concat([
        hex("0a"),
        Buffer.from(`${version}\0`),
        GREETING.subarray(GREETING.indexOf(0, 5) + 1),
      ]);
      payload.writeUInt16LE(0x8100, payload.indexOf(hex("ff8115")));
      const { channel } = scripted([{ answer: encodePacket({ sequence: 0, payload }) }]);
      await assert.rejects(mysql.open(channel, probe), {
        message: "MySQL 5.5 [2J is too old: the probe logs in to 5.5 or later",
      });
    });

    it("switches to another plugin with its own nonce when the server wants it", async () => {
      const plugin = "caching_sha2_password\0";
      const nonce = hex("5a694a7e1e302538031773 7f4516295420 7b2b76");
      const payload = Buffer.concat([hex("fe"), Buffer.from(plugin), nonce, hex("00")]);
      const { channel, assertDone } = scripted([
        { answer: GREETING },
        { expect: LOGIN, answer: encodePacket({ sequence: 2, payload }) },
        {
          expect: encodePacket({
            sequence: 3,
            payload: passwordPlugins.get("caching_sha2_password")!.prove("pw", nonce),
          }),
          answer: hex("02000004 0103 07000005 00000002000000"),
        },
      ]);
      assert.equal(await mysql.open(channel, probe), undefined);
      assertDone();
    });

    for (const plugin of ["mysql_clear_password", "constructor", "__proto__"]) {
      it(`names the plugin where the server wants an unknown one: ${plugin}`, async () => {
        const payload = Buffer.concat([hex("fe"), Buffer.from(`${plugin}\0`)]);
        const { channel } = scripted([
          { answer: GREETING },
          { expect: LOGIN, answer: encodePacket({ sequence: 2, payload }) },
        ]);
        await assert.rejects(mysql.open(channel, probe), {
          message:
            `MySQL wants the password proven by "${plugin}": the probe's user needs one of ` +
            "mysql_native_password, caching_sha2_password",
        });
      });
    }

    it("answers a greeting whose plugin is unknown with mysql_native_password", async () => {
      for (const plugin of ["unix_socket", "constructor"]) {
        const start = GREETING.subarray(4, GREETING.indexOf("mysql_native_password"));
        const payload = Buffer.concat([start, Buffer.from(`${plugin}\0`)]);
        const { channel, assertDone } = scripted([
          { answer: encodePacket({ sequence: 0, payload }) },
          { expect: LOGIN, answer: OK_2 },
        ]);
        assert.equal(await mysql.open(channel, probe), undefined);
        assertDone();
      }
    });

    it("refuses an unknown step of a plugin", async () => {
      const { channel } = scripted([
        { answer: GREETING },
        { expect: LOGIN, answer: hex("02000002 0104") },
      ]);
      await assert.rejects(mysql.open(channel, probe), {
        message: "MySQL asks for an unknown step of mysql_native_password",
      });
    });
  });

  describe("open with caching_sha2_password", () => {
    const nonce = hex("5a694a7e1e302538 031773 7f4516295420 7b2b76");
    const greeting = encodePacket({
      sequence: 0,
      payload: Buffer.concat([
        hex("0a 382e342e3000 09000000"),
        nonce.subarray(0, 8),
        hex("00 ffff ff 0200 ffdf 15 00000000000000000000"),
        nonce.subarray(8),
        hex("00"),
        Buffer.from("caching_sha2_password\0"),
      ]),
    });
    // Proof of "secret" for this nonce, computed by another client.
    const login = encodePacket({
      sequence: 1,
      payload: Buffer.concat([
        hex("01a20800 00000001 2d 0000000000000000000000000000000000000000000000 726f6f7400 20"),
        hex("66200523 8fa18cf1 abe8388b 2b0e6bc4 f9aa933c dccc78b2 d60fb896 1a3d39eb"),
        Buffer.from("caching_sha2_password\0"),
      ]),
    });
    const root = { username: "root", password: "secret" };

    it("proves the password where the server has it cached", async () => {
      const { channel, assertDone } = scripted([
        { answer: greeting },
        { expect: login, answer: hex("02000002 0103 07000003 00000002000000") },
      ]);
      assert.equal(await mysql.open(channel, root), undefined);
      assertDone();
    });

    it("encrypts the password with the server's key where it is not cached", async () => {
      const { publicKey, privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
      });
      const key = encodePacket({
        sequence: 4,
        payload: Buffer.concat([hex("01"), Buffer.from(publicKey)]),
      });
      const turns: Turn[] = [
        { answer: greeting },
        { expect: login, answer: hex("02000002 0104") },
        { expect: hex("01000003 02"), answer: key },
      ];
      const { channel, assertDone } = scripted(turns);
      // The ciphertext differs each time, so the last packet is intercepted.
      let encrypted: Buffer | undefined;
      const catching = {
        exchange: (request: Buffer | undefined, parse: never) => {
          if (request?.[3] !== 5) {
            return channel.exchange(request, parse);
          }
          encrypted = parsePacket(request)?.value.payload;
          return Promise.resolve(parsePacket(hex("07000006 00000002000000"))?.value);
        },
      } as unknown as Channel;
      assert.equal(await mysql.open(catching, root), undefined);
      assertDone();
      const masked = privateDecrypt(
        { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING },
        encrypted!,
      );
      const plain = masked.map((byte, index) => byte ^ nonce[index]!);
      assert.equal(Buffer.from(plain).toString(), "secret\0");
    });
  });

  describe("ping", () => {
    it("is COM_PING", async () => {
      const { channel, assertDone } = scripted([{ expect: PING, answer: PING_OK }]);
      await mysql.ping!(channel);
      assertDone();
    });

    it("tells what the server said when it closed the connection for being idle", async () => {
      const said =
        "The client was disconnected by the server because of inactivity. See wait_timeout and interactive_timeout for configuring this behavior.";
      const payload = Buffer.concat([hex("ff bf0f 23 4859303030"), Buffer.from(said)]);
      const { channel } = scripted([{ answer: encodePacket({ sequence: 0, payload }) }], {
        hangUp: true,
      });
      await assert.rejects(mysql.ping!(channel), {
        message: `MySQL answered: ERROR 4031 (HY000): ${said}`,
      });
    });
  });

  describe("slow", () => {
    it("is SELECT SLEEP", async () => {
      const { channel, assertDone } = scripted([{ expect: SLEEP, answer: SLEPT }]);
      await mysql.slow!(channel, 100);
      assertDone();
    });

    it("rejects when the server was woken", async () => {
      const woken = Buffer.from(SLEPT);
      woken.write("1", SLEPT.indexOf(hex("02000004")) + 5);
      const { channel } = scripted([{ expect: SLEEP, answer: woken }]);
      await assert.rejects(mysql.slow!(channel, 100), {
        message: "MySQL interrupted SELECT SLEEP(0.1)",
      });
    });

    it("tells what ended it between the columns and the row", async () => {
      const killed = Buffer.concat([
        SLEPT.subarray(0, SLEPT.indexOf(hex("02000004"))),
        hex("14000004 ff 2505 23 3730313030"),
        Buffer.from("interrupted"),
      ]);
      const { channel } = scripted([{ expect: SLEEP, answer: killed }]);
      await assert.rejects(mysql.slow!(channel, 100), {
        message: "MySQL answered: ERROR 1317 (70100): interrupted",
      });
    });
  });

  describe("idleLimit", () => {
    it("is the session's wait_timeout, in ms", async () => {
      const { channel } = scripted([{ expect: WAIT_TIMEOUT, answer: SECONDS }]);
      assert.deepEqual(await mysql.idleLimit!(channel), {
        setting: "wait_timeout",
        ms: 28_800_000,
      });
    });

    it("is unknown where a proxy answers with no number of seconds", async () => {
      const never = Buffer.from(SECONDS);
      never.write("never", SECONDS.indexOf("28800"));
      const { channel } = scripted([{ expect: WAIT_TIMEOUT, answer: never }]);
      assert.equal(await mysql.idleLimit!(channel), undefined);
    });

    it("is unknown where a proxy refuses to tell, but not where the connection ends", async () => {
      const refused = scripted([
        { expect: WAIT_TIMEOUT, answer: hex("0a000001 ff 2804 23 3432303030 6e") },
      ]);
      assert.equal(await mysql.idleLimit!(refused.channel), undefined);
      const closed = scripted([{ expect: WAIT_TIMEOUT, answer: SECONDS.subarray(0, 30) }], {
        hangUp: true,
      });
      await assert.rejects(mysql.idleLimit!(closed.channel), {
        message: "the connection was closed before the whole answer came",
      });
    });
  });
});
