"""An OpenID provider on this machine, made of Django and django-oauth-toolkit.

Prints its issuer once it listens, and ends with its standard input.
"""

import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.conf import settings

key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:provider?mode=memory&cache=shared"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "oauth2_provider",
    ],
    LOGIN_URL="/login",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
    ],
    OAUTH2_PROVIDER={
        "OIDC_ENABLED": True,
        "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
        "OIDC_RSA_PRIVATE_KEY": key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
        "SCOPES": {"openid": "who you are", "email": "your address"},
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for tests",
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "loaders": [
                    (
                        "django.template.loaders.locmem.Loader",
                        {
                            "registration/login.html": '<form method="post">{% csrf_token %}{{ form }}</form>',
                        },
                    ),
                    "django.template.loaders.app_directories.Loader",
                ],
            },
        },
    ],
)
del settings.TEMPLATES[0]["APP_DIRS"]
django.setup()

from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.views import LoginView  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.models import Application  # noqa: E402

urlpatterns = [
    path("login", LoginView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


connection.ensure_connection()
call_command("migrate", verbosity=0)
User.objects.create_user("ada", "ada@example.com", "lovelace")
Application.objects.create(
    client_id="public",
    client_type=Application.CLIENT_PUBLIC,
    client_secret="",
    authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
    redirect_uris="http://127.0.0.1/callback",
    algorithm=Application.RS256_ALGORITHM,
)
# Characters that must be encoded on their way (RFC 6749 section 2.3.1).
SECRET = "Xyzzy: 50% + /?&=~ plugh"
for client_id, grant in [
    ("confidential", Application.GRANT_AUTHORIZATION_CODE),
    ("machine", Application.GRANT_CLIENT_CREDENTIALS),
]:
    Application.objects.create(
        client_id=client_id,
        client_type=Application.CLIENT_CONFIDENTIAL,
        client_secret=SECRET,
        authorization_grant_type=grant,
        redirect_uris="http://127.0.0.1/callback",
        algorithm=Application.RS256_ALGORITHM,
    )
server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(f"http://127.0.0.1:{server.server_port}/o", flush=True)
sys.stdin.read()
