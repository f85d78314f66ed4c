"""Instructions that BuildKit refuses, and some that look as if it did; `whole` makes a file of one."""

__all__ = ["ACCEPTED", "BOTH", "BUILDKIT", "EMPTY", "whole"]

EMPTY = ["CMD", "ENTRYPOINT", "RUN", "RUN --network=none", "ONBUILD RUN", "ONBUILD CMD"]
"""BuildKit accepts them, and hadolint does not."""

BOTH = [
    "FROM a:b:c", "FROM :a", "FROM a@", "FROM debian:13 extra", "FROM a AS", "FROM a b c", "FROM a AS x y", "FROM --platform a", "FROM --platform=a --platform=b c",
    "ENV a", "ENV a=b c", "ENV a= b", 'ENV "a b=c', 'ENV a="b', "ENV a=b'", "LABEL a", 'LABEL a="b', "EXPOSE foo", "EXPOSE 80/foo",
    "EXPOSE 80-", "EXPOSE 80,90", "EXPOSE 80 # web", 'EXPOSE "80', 'SHELL ["a"] b',
    "HEALTHCHECK foo", "HEALTHCHECK CMD", "HEALTHCHECK NONE x", "HEALTHCHECK --interval=1x CMD a",
    "HEALTHCHECK --interval=10 CMD a", "HEALTHCHECK --timeout=1us CMD a", "HEALTHCHECK --timeout=-1s CMD a",
    "HEALTHCHECK --interval CMD a", "HEALTHCHECK --retries=-1 CMD a", "HEALTHCHECK --retries=x CMD a",
    "COPY a", 'COPY ["a"]', "ADD a", "COPY a <<E\nx\nE", "COPY --from=a --from=b x y", "COPY --link --link x /y",
    "ONBUILD COPY a", "ONBUILD ENV a", "ONBUILD EXPOSE foo", "RUN --mount=type=foo x", "RUN --mount= x",
    "RUN --mount=type=cache x", "RUN --mount=type=cache,target=/x,bogus=1 x", "RUN --mount=type=cache,target=/x,bogus x",
    "RUN --mount=type=cache,target=/x, x", "RUN --mount=type=cache,target=/x,sharing=foo x",
    "RUN --mount=type=bind,target=/x,uid=1 x", "RUN --mount=type=secret,from=a,id=x x",
    "RUN --mount=target=/x,sharing=locked x", "RUN --mount=type=bind,target=/x,required x",
    "RUN --mount=type=cache,target=/a,size=1 x", "RUN --mount=type=cache,target=/x,ro=foo x",
    "RUN --network=foo x", "RUN --network=$x y", "RUN --security=x x",
    "EXPOSE localhost:80:80", "EXPOSE 80:80-90", "EXPOSE 80-91:80-90", "EXPOSE 1.2.3.4:80-90:80-91", "EXPOSE 1.2.3.4:90-80:80",
    "EXPOSE 1.2.3.04:80:80", "EXPOSE 256.1.1.1:80:80", "EXPOSE fe80::1%eth0:80:80", "EXPOSE [::1]:80", "EXPOSE [::1", "EXPOSE [[::1]]::80",
    "EXPOSE 99999:80", "EXPOSE 80:65536", "EXPOSE 90-80:80", "EXPOSE :::80", "EXPOSE 80/tcp:80",
]  # fmt: skip
"""hadolint refuses them, too."""

BUILDKIT = [
    "FROM Debian:12", "FROM a//b:1", "FROM a:-x", "FROM 'A:1'", "FROM debian:12@sha256:ab", f"FROM {'a' * 64}", f"FROM {'a' * 256}",
    "COPY --from=$a b /c", "CMD [1]", 'RUN ["a", null]', "SHELL [1]", "ENV a=b # c", "LABEL a=b # c", "FROM debian:13 # base", "FROM a:1 AS x # y", "FROM a:1 AS 1x", "FROM a:1 AS x:y", "FROM ${a", "ENV =x", "ENV a=${b",
    "ENV a=${}", "ENV a=${b;c}", "ENV a=${b:x}", "ENV a=${b/c}", 'ENV a "b', "LABEL =x", "ARG =x", 'ARG a="b', "VOLUME []",
    'VOLUME [""]', 'VOLUME "a', "SHELL []", "SHELL /bin/sh", "EXPOSE 90-80", "EXPOSE ${a", "HEALTHCHECK CMD []",
    "COPY --link=x a /b", "COPY --link= a /b", "COPY --from a /b", 'COPY "a b /c', "ADD ${a /b", 'USER "a', "WORKDIR /${a",
    "STOPSIGNAL ${a", "ONBUILD USER ${b", "RUN --mount=type=secret x", "RUN --mount=type=cache,target=/x,mode=9 x",
    "RUN --mount=type=cache,target=/x,uid=x x", "RUN --mount=type=secret,id=a,source=b x",
    "RUN --mount=type=tmpfs,target=/x,size=foo x", "RUN --mount=from=$a,target=/x x", "RUN --mount x",
    "RUN --mount=required=true,type=secret,id=x y", "RUN --network=none --network=host x", "RUN --network x",
    "STOPSIGNAL FOO", "STOPSIGNAL SIG", "STOPSIGNAL 0", "STOPSIGNAL -00", "STOPSIGNAL 0x9", "STOPSIGNAL SIGTERM 9", "STOPSIGNAL SIGRTMIN+16",
    "STOPSIGNAL SIGRTMAX-15", "STOPSIGNAL 9223372036854775808", 'STOPSIGNAL ""', 'STOPSIGNAL ["SIGTERM"]', "ONBUILD STOPSIGNAL FOO",
    "COPY --chmod=9999 a /b", "COPY --chmod=17777 a /b", "COPY --chmod=foo a /b", "COPY --chmod=u a /b", "COPY --chmod=u+x, a /b",
    "COPY --chmod=0o755 a /b", "COPY --chmod=+755 a /b", "ADD --chmod=888 a /b", "COPY --chmod='7 5' a /b", "COPY --chmod=u+a a /b",
    "ADD --checksum=foo https://x/a /b", "ADD --checksum=sha256:ab https://x/a /b", f"ADD --checksum={'a' * 64} http://x/a /b",
    f"ADD --checksum=sha256:{'A' * 64} https://x/a /b", f"ADD --checksum=md5:{'a' * 32} https://x/a /b",
    f"ADD --checksum=sha256:{'a' * 64} a /b", f"ADD --checksum=sha256:{'a' * 64} https://x/a https://x/b /c/",
    'ADD --checksum=foo ["https://x/a", "/b"]',
]  # fmt: skip
"""hadolint reads on."""

ACCEPTED = [
    "FROM Registry/a:1", "FROM localhost:5000/a_b/c--d__e:X.y-z", f"FROM a:1@sha256:{'a' * 64}", "FROM [::1]:5000/a", "FROM 'a:1'",
    "FROM $A:b:c", "FROM debian AS b\nFROM B", "EXPOSE 99999999999",
    "FROM a:1 as B-1_x.y", "FROM --platform=$BUILDPLATFORM ${a:-b:1} AS x", "FROM --platform= a:1", "ENV a b c", "ENV a = b",
    "ENV a=b=c d= e=''", 'ENV "a"=b', "ENV a=$ b=$$ c=$${ d=\\${", "ENV a=${b:-${c:+'}'}} d=\"${e#*/}\" f=${g//x/y}",
    "ENV a=\"it's\" b='\"'", 'ENV a=\\"', "ARG a b=c", "ARG a=${b?no}", 'LABEL a.b="c d" e=f', "VOLUME /a /b", 'VOLUME ["/a"]',
    'SHELL ["/bin/sh", "-c"]', "EXPOSE +80 8000-+8080", "EXPOSE 80 443/tcp 53/UDP 9/sctp 8000-8080 127.0.0.1:80:80 [::1]:80:80 :80",
    'EXPOSE "80" $PORT ${a:-80}/tcp ${a}-90', "EXPOSE 99999", "HEALTHCHECK NONE", "HEALTHCHECK none",
    "HEALTHCHECK --interval=1x NONE", "HEALTHCHECK CMD []x", 'HEALTHCHECK --interval=1m30s --timeout=.5s --retries=3 CMD ["a"]',
    "HEALTHCHECK --interval=0 --start-period=500ms --start-interval= --retries= CMD a", "HEALTHCHECK cmd a",
    "COPY a b", 'COPY ["a", "b"]', "COPY <<E /x\ny\nE", 'COPY <<"E" /x\ny\nE', "COPY --link --exclude=a --exclude=b a /b",
    "COPY --link=False a b", 'COPY ["a","b"] c', "ADD --keep-git-dir=true a /b", "ONBUILD COPY a b", "USER a b", "WORKDIR a b",
    "MAINTAINER it's \"me", "STOPSIGNAL 9", "CMD it's", "RUN echo ${a", "RUN --mount=type=secret,id=x,env=Y,required y",
    "RUN --mount=type=ssh x", "RUN --mount=type=$b,target=/x,uid=1 x", "RUN --mount=type=Cache,dst=/x,sharing=LOCKED,mode=0700,uid=$u y",
    "RUN --mount=from=a,source=/b,target=/c,rw --mount=type=tmpfs,destination=/t,size=1.5g x", "RUN --network=none --security=insecure x",
    "RUN --mount=type=bind,readonly=true,target=. x", "RUN --device=a --device=b x", 'RUN --mount=type="cache",target=/x y',
    "STOPSIGNAL TERM", "STOPSIGNAL sigterm", "STOPSIGNAL 'SIGTERM'", "STOPSIGNAL rtmin+15", "STOPSIGNAL SIGRTMAX-14", "STOPSIGNAL -1",
    "STOPSIGNAL +0009", "STOPSIGNAL 99", "STOPSIGNAL $x", "STOPSIGNAL 9223372036854775807", "STOPSIGNAL " + "0" * 5000 + "9",
    "COPY --chmod=7777 a /b", "COPY --chmod=000755 a /b", 'COPY --chmod="755" a /b', "COPY --chmod=$x a /b", "COPY --chmod= a /b",
    "COPY --chmod=u=rwX,go-w+X a /b", "COPY --chmod=+x a /b", "COPY --chmod=g=u a /b", "COPY --chmod=u+x <<E /b\nE",
    f"ADD --checksum=sha256:{'a' * 64} https://x/a /b", f"ADD --checksum='sha512:{'a' * 128}' http://x/a /b", "ADD --checksum=$x a b /c",
    "ADD --checksum=ab https://x/a.git#v1 /b", "ADD --checksum=ab git@x:a /b", "ADD --checksum=ab github.com/a/b /c",
    "ADD --checksum=ab $x /b", 'ADD --checksum="" a /b', f"ADD --checksum=sha256:{'a' * 64} https://x/a <<E /b/\nE",
    "EXPOSE 80-90:80 80-90:80-90 80-85:90-95/udp 1.2.3.4::80 ::1:80:80 []::80 [1.2.3.4]:80:80 ::ffff:1.2.3.4:80:80 0:0 65535:65535",
    "WORKDIR /w\nRUN --mount=type=cache x", "WORKDIR /w\nRUN --mount=from=a x",
]  # fmt: skip


def whole(text: str) -> str:
    """Return the instruction behind a FROM, unless it begins with one."""
    return text if text.startswith("FROM") else f"FROM debian:13\n{text}"
