/** A self-signed certificate for shop.test, and its key: for tests on loopback alone, trusted nowhere. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBpzCCAU2gAwIBAgIUKAAjHXAk63iZPsqUC+hI8KajL0gwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSTnVtZmxlZXQgdGVzdCBvbmx5MCAXDTI2MTEyMzExMDQ1N1oY
DzIxMjYxMDMwMTEwNDU3WjAdMRswGQYDVQQDDBJOdW1mbGVldCB0ZXN0IG9ubHkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASfjdULXr/045aUa0fxC30Yy29WDO4N
zfN14tstUxMPpDwVnjuJ9gXzPdbcXBtGM5L7adaCdVMdf1YqizaaZqwjo2kwZzAd
BgNVHQ4EFgQUQbxH4aSygb9ctYxOPU4wS/2mtGkwHwYDVR0jBBgwFoAUQbxH4aSy
gb9ctYxOPU4wS/2mtGkwDwYDVR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglzaG9w
LnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIhAOUsP1mY/L40uMIRJr6jbMoPfUQteyLi
NuiDU/jtUOQQAiALCnZQM8HIajfqh0xu0hFdpsw8tKaTujhJd2UuS9N/YA==
-----END CERTIFICATE-----
`;

export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrMhN1bbGpmwSB/Hf
h8ilP5vWAAF8Q4wWji9bEdhXEUShRANCAASfjdULXr/045aUa0fxC30Yy29WDO4N
zfN14tstUxMPpDwVnjuJ9gXzPdbcXBtGM5L7adaCdVMdf1YqizaaZqwj
-----END PRIVATE KEY-----
`;
