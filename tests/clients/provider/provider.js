// An OpenID provider on a free port of 127.0.0.1, until its standard input ends. Prints its issuer once it
// listens. Whoever gives an e-mail address as login, and any password, is that person; addresses that begin
// with `unverified` are not verified. Arguments: the client's id, its secret, and where people may be sent.

const { createServer } = require("node:http");

const { Provider } = require("oidc-provider");

const [client_id, client_secret, ...redirect_uris] = process.argv.slice(2);

const settings = {
  clients: [
    {
      client_id,
      client_secret,
      redirect_uris,
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
  // As most providers do: what was asked for stands in the id token too.
  conformIdTokenClaims: false,
  findAccount: (_context, sub) => ({
    accountId: sub,
    claims: () => ({
      sub,
      email: sub,
      email_verified: !sub.startsWith("unverified"),
      name: sub.split("@")[0],
    }),
  }),
  // The pages that ask for login and consent.
  // And clients that register themselves: where people are sent back to is not known before.
  features: { devInteractions: { enabled: true }, registration: { enabled: true } },
  pkce: { required: () => true },
  cookies: { keys: ["of the tests"] },
};

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  server.on("request", new Provider(issuer, settings).callback());
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit());
