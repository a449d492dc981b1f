"""The pages before sign-in: set-up, sign-in, links from mails, Google and Microsoft.

Plain HTML that works without a script. The door in front refuses posts from other sites; each page
checks all else by itself.
"""

from starlette.routing import Route

from crm_app.accounts.http import openid, recovery, set_up, sign_in

routes: list[Route] = [*set_up.routes, *sign_in.routes, *recovery.routes, *openid.routes]
