"""Whose group some well-known Java archives have that say nothing of it themselves.

Maven writes a project's coordinates into its jar; Gradle, Ant and others do not. An archive is taken for one of these
only where its name and the folder of its classes both say so. More specific lines come first.
"""

from typing import Final

__all__ = ["KNOWN_GROUPS"]

KNOWN_GROUPS: Final = (
    # How the artifact's name begins, a folder that it has, and the group in Maven Central.
    ("spring-boot", b"org/springframework/boot/", "org.springframework.boot"),
    ("spring-security-", b"org/springframework/security/", "org.springframework.security"),
    ("spring-data-", b"org/springframework/data/", "org.springframework.data"),
    ("spring-session-", b"org/springframework/session/", "org.springframework.session"),
    ("spring-batch-", b"org/springframework/batch/", "org.springframework.batch"),
    ("spring-integration-", b"org/springframework/integration/", "org.springframework.integration"),
    ("spring-kafka", b"org/springframework/kafka/", "org.springframework.kafka"),
    ("spring-", b"org/springframework/", "org.springframework"),
    ("tomcat-embed-", b"org/apache/", "org.apache.tomcat.embed"),
    ("tomcat-", b"org/apache/", "org.apache.tomcat"),
    ("ant", b"org/apache/tools/ant/", "org.apache.ant"),
    ("asm", b"org/objectweb/asm/", "org.ow2.asm"),
    ("bcpkix-", b"org/bouncycastle/", "org.bouncycastle"),
    ("bcprov-", b"org/bouncycastle/", "org.bouncycastle"),
    ("bcutil-", b"org/bouncycastle/", "org.bouncycastle"),
    ("bson", b"org/bson/", "org.mongodb"),
    ("caffeine", b"com/github/benmanes/caffeine/", "com.github.ben-manes.caffeine"),
    ("commons-logging", b"org/apache/commons/logging/", "commons-logging"),
    ("grpc-", b"io/grpc/", "io.grpc"),
    ("gson", b"com/google/gson/", "com.google.code.gson"),
    ("guava", b"com/google/common/", "com.google.guava"),
    ("h2", b"org/h2/", "com.h2database"),
    ("jna", b"com/sun/jna/", "net.java.dev.jna"),
    ("kafka-clients", b"org/apache/kafka/", "org.apache.kafka"),
    ("kotlin-", b"kotlin/", "org.jetbrains.kotlin"),
    ("kotlinx-coroutines-", b"kotlinx/coroutines/", "org.jetbrains.kotlinx"),
    ("lombok", b"lombok/", "org.projectlombok"),
    ("lucene-", b"org/apache/lucene/", "org.apache.lucene"),
    ("micrometer-", b"io/micrometer/", "io.micrometer"),
    ("mongodb-driver-", b"com/mongodb/", "org.mongodb"),
    ("okhttp", b"okhttp3/", "com.squareup.okhttp3"),
    ("okio", b"okio/", "com.squareup.okio"),
    ("reactor-core", b"reactor/core/", "io.projectreactor"),
    ("reactor-netty", b"reactor/netty/", "io.projectreactor.netty"),
    ("rxjava", b"io/reactivex/rxjava3/", "io.reactivex.rxjava3"),
)
