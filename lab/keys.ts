import { createHash, createPrivateKey, createPublicKey } from "node:crypto";

/** A key pair in OpenSSH's format. */
export interface KeyPair {
    /** `ssh-ed25519 AAAA…`, without a comment. */
    public: string;
    /** The text of a private key file. */
    private: string;
}

/**
 * The host key of a lab host.
 *
 * All keys of the lab are derived from names: a committed stack file can contain the public keys
 * before any host has booted. Anyone who reads this file has the private keys too. They are only
 * good for a network without an uplink.
 */
export function hostKey(name: string): KeyPair {
    return derivedKey(`host ${name}`);
}

/** The key that every user of every lab host accepts. It is as public as the host keys. */
export function clientKey(): KeyPair {
    return derivedKey("client");
}

/** Derive a key pair. An ed25519 private key is any 32 bytes: here, a digest of the purpose. */
function derivedKey(purpose: string): KeyPair {
    const seed = createHash("sha256").update(`pulumi-lvs lab, not secret: ${purpose}`).digest();
    // PKCS #8 (RFC 8410) around the 32 bytes, which node:crypto can read.
    const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
    const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
    const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
    const publicKey = spki.subarray(-32);

    const publicBlob = Buffer.concat([field("ssh-ed25519"), field(publicKey)]);
    return {
        public: `ssh-ed25519 ${publicBlob.toString("base64")}`,
        private: openSshPrivateKey(publicBlob, publicKey, seed),
    };
}

/** Unencrypted private key in OpenSSH's own format (PROTOCOL.key in its sources). */
function openSshPrivateKey(publicBlob: Buffer, publicKey: Buffer, seed: Buffer): string {
    const check = seed.subarray(0, 4);
    const secret = Buffer.concat([
        check,
        check,
        publicBlob,
        field(Buffer.concat([seed, publicKey])),
        field("pulumi-lvs lab, not secret"),
    ]);
    const padding = Buffer.from([1, 2, 3, 4, 5, 6, 7]).subarray(0, -secret.length & 7);
    const blob = Buffer.concat([
        Buffer.from("openssh-key-v1\0"),
        field("none"),
        field("none"),
        field(""),
        Buffer.from([0, 0, 0, 1]),
        field(publicBlob),
        field(Buffer.concat([secret, padding])),
    ]);
    const lines = blob.toString("base64").match(/.{1,70}/g)!;
    return [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        ...lines,
        "-----END OPENSSH PRIVATE KEY-----",
        "",
    ].join("\n");
}

/** A string of the SSH protocol: its length in four bytes, then its bytes. */
function field(content: string | Buffer): Buffer {
    const bytes = Buffer.from(content);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
}
