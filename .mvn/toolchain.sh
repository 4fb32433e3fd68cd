# Sourced by ./run and ./test: finds a JDK 25 and sees to it that ./mvnw has its Maven. Sets JAVA_HOME.

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Prints the feature release of the JDK in the directory $1, or nothing when there is none.
jdk_release() {
    [ ! -x "$1/bin/javac" ] || "$1/bin/javac" -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p'
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
    eval "$(sed -n '/^hash_string()/,/^}/p' mvnw)"
    home=${MAVEN_USER_HOME:-$HOME/.m2}/wrapper/dists/apache-maven-$version/$(hash_string "$url")
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

find_jdk
provide_maven
