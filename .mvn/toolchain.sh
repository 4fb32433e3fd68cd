# Sourced by ./run and ./test: finds a JDK 25 and sees to it that ./mvnw has its Maven. Sets JAVA_HOME.
# For executables: provide_native_image and those below it.

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Prints the feature release of the JDK in the directory $1, or nothing when there is none.
jdk_release() {
    [ -x "$1/bin/javac" ] || return 0
    # The file says it without the start of a JVM, which is half of what ./run token takes.
    if [ -f "$1/release" ]; then
        sed -nE 's/^JAVA_VERSION="([0-9]+).*/\1/p' "$1/release"
    else
        "$1/bin/javac" -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p'
    fi
}

find_jdk() {
    local home release on_path
    on_path=$(command -v javac || true)
    for home in "${JAVA_HOME:-}" "${on_path:+$(dirname "$(dirname "$(readlink -f "$on_path")")")}" \
        /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
        /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        [ -n "$home" ] || continue
        release=$(jdk_release "$home")
        if [ "${release:-0}" -ge 25 ]; then
            export JAVA_HOME=$home
            return
        fi
    done
    die "no JDK 25 or newer found in JAVA_HOME (${JAVA_HOME:-not set}), on the PATH (${on_path:-no javac}), in
       /usr/lib/jvm, /usr/java, /opt, ~/.sdkman or ~/.jdks.
       Install one (Temurin: https://adoptium.net; SDKMAN: sdk install java 25-tem) or set JAVA_HOME to it."
}

# ./mvnw downloads its Maven from Apache's archive. Where that can't be reached, an older mvn on the PATH fetches the
# same distribution from the artifact repository that it is configured for, into the place where ./mvnw looks.
provide_maven() {
    local url version home old staging
    url=$(sed -n 's/^distributionUrl=//p' .mvn/wrapper/maven-wrapper.properties)
    version=$(printf '%s' "$url" | sed -E 's/.*apache-maven-(.*)-bin\.zip/\1/')
    home=${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/apache-maven-$version/$(string_hash "$url")
    [ ! -d "$home" ] || return 0
    say "Maven $version: fetching it, once"
    ! ./mvnw --version >/dev/null 2>&1 || return 0
    old=$(command -v mvn) || die "$url can't be reached, and no mvn is on the PATH that could fetch Maven $version from elsewhere."
    staging=$(mktemp -d)
    (cd "$staging" && "$old" -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack \
        -Dartifact="org.apache.maven:apache-maven:$version:zip:bin" -DoutputDirectory="$staging") \
        || die "$url can't be reached, and $old could not fetch org.apache.maven:apache-maven:$version:zip:bin either."
    old=$(dirname "$(dirname "$(readlink -f "$old")")")
    [ ! -f "$old/conf/settings.xml" ] || cp "$old/conf/settings.xml" "$staging/apache-maven-$version/conf/settings.xml"
    mkdir -p "$(dirname "$home")"
    chmod +x "$staging/apache-maven-$version/bin/mvn"
    mv "$staging/apache-maven-$version" "$home"
    rm -rf "$staging"
}

# Java's String.hashCode in hexadecimal, by which the wrapper names the directory of a distribution.
string_hash() {
    local i code hash=0
    for ((i = 0; i < ${#1}; i++)); do
        printf -v code %d "'${1:i:1}"
        hash=$(((hash * 31 + code) % 4294967296))
    done
    printf '%x' "$hash"
}

# The modules' names, but those of profiles.
all_modules() { sed -nE '1,/<\/modules>/s|.*<module>(.*/)?([^/<]+)</module>|\2|p' pom.xml; }

# Prints the directory of the module $1.
directory_of() { sed -nE "1,/<\\/modules>/s:.*<module>((.*/)?$1)</module>:\\1:p" pom.xml | grep .; }

# Prints the names, separated by commas, of the classes *$2 in the tests of the directory $1; a name that no class has if none.
test_classes() {
    local classes
    classes=$(cd "$1/src/test/java" 2>/dev/null && find . -name "*$2.java" | sed 's|^\./||; s|\.java$||' | paste -sd,) || :
    printf '%s' "${classes:-none}"
}

has_node20() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20)' 2>/dev/null; }

is_graalvm25() { [ -x "$1/bin/native-image" ] && "$1/bin/native-image" --version 2>/dev/null | grep -q '^native-image 25[. ]'; }

has_container_engine() {
    local engine
    for engine in docker podman; do
        ! timeout 20 "$engine" info >/dev/null 2>&1 || return 0
    done
    return 1
}

# Decides where native-image comes from, and says it. Sets GRAALVM_HOME, or options that ./mvnw needs, in native_options.
provide_native_image() {
    local home on_path
    # An executable that is there is up to date: forget_stale_executables has removed the others.
    native_options=(-Dnative -Dquarkus.native.reuse-existing=true)
    on_path=$(command -v native-image || true)
    for home in "${GRAALVM_HOME:-}" "${on_path:+$(dirname "$(dirname "$(readlink -f "$on_path")")")}"; do
        [ -n "$home" ] || continue
        if is_graalvm25 "$home"; then
            export GRAALVM_HOME=$home
            say "native-image: of $GRAALVM_HOME"
            return
        fi
        say "native-image: not of $home, which is no GraalVM or Mandrel 25"
    done
    if has_container_engine; then
        native_options+=(-Dquarkus.native.container-build=true)
        say "native-image: of the Mandrel builder image, in a container (to do without: GRAALVM_HOME=\$(tools/native-toolchain/install))"
        return
    fi
    GRAALVM_HOME=$(NATIVE_TOOLCHAIN_MAVEN=$PWD/mvnw tools/native-toolchain/install) ||
        die "no native-image. Set GRAALVM_HOME to a GraalVM CE or Mandrel 25, start a container engine, or see tools/native-toolchain/README.md."
    export GRAALVM_HOME
    say "native-image: of $GRAALVM_HOME, assembled by tools/native-toolchain/install"
}

# The modules that are deployed: an executable is built of each.
native_modules() { grep -rhoE 'image: shop/[a-z-]+' k8s/base | sed 's|.*/||' | sort -u; }

# Prints the executable that the module $1 was built into, if any.
executable() { find "$1/target" -maxdepth 1 -name '*-runner' -type f 2>/dev/null; }

# Prints the module $1 and the modules that it depends on.
parts() {
    local part
    echo "$1"
    for part in event-contracts cloudevents-http text http-edge live-settings event-identity tracing service-kit; do
        [ "$part" = "$1" ] || ! grep -q "<artifactId>$part<" "$1/pom.xml" || parts "$part"
    done
}

# Runs find on what the module $1 is built from: its own sources and those of the modules that it depends on.
find_sources() {
    local part sources=(pom.xml)
    for part in $(parts "$1" | sort -u); do
        sources+=("$part"/{pom.xml,src/main})
    done
    find "${sources[@]}" "${@:2}"
}

# The same for its executable.
find_inputs() { find_sources "$1" -type f "${@:2}"; find tools/native-toolchain -type f "${@:2}"; }

# What an executable was built from, and which one it is: content, whatever the time stamps.
fingerprint() {
    {
        find_inputs "$1" -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        stat -c '%s %y' "$(executable "$1")"
    } | sha256sum
}

# One that Maven alone has built is on no record, but newer than what it was built from.
has_fresh_executable() {
    local built
    built=$(executable "$1")
    [ -n "$built" ] && {
        [ "$(fingerprint "$1")" = "$(cat "$1/target/executable.sha256" 2>/dev/null)" ] ||
            [ -z "$(find_inputs "$1" -newer "$built" -print -quit)" ]
    }
}

# local-knative runs an executable where there is one.
forget_stale_executables() {
    local module
    for module in $(native_modules); do
        has_fresh_executable "$module" || rm -f "$module"/target/*-runner
    done
}

record_executables() {
    local module
    for module in $(native_modules); do
        [ -n "$(executable "$module")" ] || continue
        fingerprint "$module" >"$module/target/executable.sha256"
        # Quarkus clears what is beside them at the next build.
        cp "$module"/target/*-native-image-source-jar/*-build-output-stats.json "$module/target/" 2>/dev/null || :
    done
}

find_jdk
provide_maven
