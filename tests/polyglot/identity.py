"""Who this deployment is: tokens signed with its own key (common/rpc/identity/README.md)."""

import pathlib
import time

import jwt

# A callee takes a service's token for no longer; a stream ends with its token.
_LIFE_S = 300
_RENEW_BEFORE_S = 60


class Identity:
    """Tokens of one deployment, from the folder of keys that `maru-cli keys` makes. OSError: it has no key there."""

    def __init__(self, deployment, keys_folder):
        self.deployment = deployment
        self._key = pathlib.Path(keys_folder, "services", deployment, "private.pem").read_text(encoding="ascii")
        self._tokens = {}

    def metadata(self, callee):
        """Metadata for a call to the deployment `callee`."""
        token, ends = self._tokens.get(callee, ("", 0))
        now = int(time.time())
        if ends - now < _RENEW_BEFORE_S:
            ends = now + _LIFE_S
            claims = {"iss": "maru-services", "sub": self.deployment, "aud": callee, "iat": now, "exp": ends}
            token = jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self.deployment})
            self._tokens[callee] = (token, ends)
        return (("authorization", f"Bearer {token}"),)
