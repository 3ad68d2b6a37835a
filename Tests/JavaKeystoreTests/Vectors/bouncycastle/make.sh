#!/usr/bin/env bash
# Makes the vectors of this folder anew. Needs openjdk-17-jdk-headless, libbcprov-java and libbcpkix-java.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
jars=/usr/share/java/bcprov.jar:/usr/share/java/bcpkix.jar:/usr/share/java/bcutil.jar
java -Dorg.bouncycastle.bks.enable_v1=true -cp "$jars" Make.java
