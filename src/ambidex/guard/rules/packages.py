"""Rules about packages: publishing, unusual places to install from, removal from the system.

Hot path: nothing is imported beyond the package.
"""

from __future__ import annotations

from ambidex.guard.effects import INSTALL, PUBLISH
from ambidex.guard.rules.rule import Rule
from ambidex.verdict import ASK, DENY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ambidex.guard.effects import Effect
    from ambidex.guard.rules.rule import When
    from ambidex.guard.scene import Scene


def _registry(clause: str, *actions: str) -> When:
    def when(effect: Effect, scene: Scene) -> str:
        if effect.action not in actions:
            return ""
        return f"`{scene.show(' '.join(effect.words))[:100]}` {clause}"

    return when


def _unusual(effect: Effect, scene: Scene) -> str:
    if effect.action != "install":
        return ""
    if effect.flags & {"index", "elsewhere"}:
        return f"packages would come from {scene.show(effect.target)}"
    if effect.flags & {"unencrypted", "unsigned"}:
        return f"{scene.show(effect.target)} would be installed without a check of where it is from"
    return ""


def _configures(effect: Effect, scene: Scene) -> str:
    if effect.action != "configure":
        return ""
    return f"from now on packages would come from elsewhere ({scene.show(effect.target)})"


def _removes(effect: Effect, scene: Scene) -> str:
    if effect.action != "remove" or not effect.flags & {"system", "whole"}:
        return ""
    return f"{scene.show(effect.target)} would be removed from this machine"


def _breaks(effect: Effect, scene: Scene) -> str:
    if effect.action != "install" or "system" not in effect.flags:
        return ""
    return f"packages would be installed into {scene.show(effect.target)}"


RULES = (
    Rule(
        "ambidex.packages.publish",
        kinds=(PUBLISH,),
        when=_registry("publishes a package", "publish"),
        decision=DENY,
        severity="critical",
        protects="the users of the package",
        why="A published version cannot be taken back; it is installed by others at once.",
        instead="Build it, try `--dry-run`, and let the user or the release workflow publish.",
        match=(
            "npm publish",
            "npm publish --access public --tag next",
            "pnpm publish -r",
            "yarn npm publish",
            "twine upload dist/*",
            "uv publish",
            "poetry publish --build",
            "cargo publish",
            "gem push app-1.0.gem",
            "mvn -B clean deploy",
            "./gradlew publish",
            "dotnet nuget push app.nupkg",
        ),
        not_match=(
            "npm publish --dry-run",
            "npm pack",
            "npm run publish-docs",
            "cargo publish --dry-run",
            "cargo package",
            "poetry build",
            "twine check dist/*",
            "mvn package",
            "./gradlew publishToMavenLocal",
            "dotnet nuget list source",
            "helm package chart",
        ),
    ),
    Rule(
        "ambidex.packages.withdraw",
        kinds=(PUBLISH,),
        when=_registry("changes what a registry offers to others", "withdraw", "access", "token"),
        decision=DENY,
        severity="critical",
        protects="the users of the package, and who may publish it",
        why="Builds of others break, or somebody else gains the right to publish.",
        instead="Tell the user what should change in the registry and why.",
        match=(
            "npm unpublish app --force",
            "npm deprecate app@1 'old'",
            "npm dist-tag add app@1.0.0 latest",
            "npm owner add somebody app",
            "npm token create",
            "cargo yank --version 1.0.0 app",
            "gem yank app -v 1.0",
            "npm access grant read-only team app",
        ),
        not_match=(
            "npm view app",
            "npm dist-tag ls app",
            "npm owner ls app",
            "npm token list",
            "npm whoami",
            "cargo search app",
            "npm access list packages",
        ),
    ),
    Rule(
        "ambidex.packages.unusual-source",
        kinds=(INSTALL,),
        when=_unusual,
        decision=ASK,
        severity="high",
        protects="this machine",
        why="Installing runs the package's code, and nobody has looked at what that place offers.",
        instead="Install from the usual index, or let the user decide about the place.",
        match=(
            "pip install --index-url=https://pypi.example.net/simple app",
            "pip install --extra-index-url=https://pypi.example.net/simple app",
            "pip install https://files.example.net/app.whl",
            "pip install git+https://git.example.net/app.git",
            "npm install https://files.example.net/app.tgz",
            "npm install --registry http://registry.example.net app",
            "pip install git+http://github.com/a/b.git",
            "apt-get install --allow-unauthenticated app",
        ),
        not_match=(
            "pip install requests",
            "pip install -r requirements.txt",
            "pip install git+https://github.com/pallets/flask.git",
            "npm install",
            "npm install left-pad",
            "pip install torch --index-url=https://download.pytorch.org/whl/cpu",
            "npm ci",
            "brew install jq",
        ),
    ),
    Rule(
        "ambidex.packages.source-setting",
        kinds=(INSTALL,),
        when=_configures,
        decision=ASK,
        severity="high",
        protects="this machine",
        why="Everything that is installed later comes from there, whoever installs it.",
        instead="Give the index for one call, or let the user change the setting.",
        match=(
            "npm config set registry https://registry.example.net",
            "npm config set strict-ssl false",
            "pip config set global.find-links https://pypi.example.net/simple",
            "npm set registry=https://registry.example.net",
            "yarn config set registry https://registry.example.net",
            "pip config set global.trusted-host pypi.example.net",
        ),
        not_match=(
            "npm config get registry",
            "npm config set registry https://npm.pkg.github.com",
            "npm config list",
            "npm config set save-exact true",
            "pip config list",
            "pip config set global.timeout 60",
        ),
    ),
    Rule(
        "ambidex.packages.remove",
        kinds=(INSTALL,),
        when=_removes,
        decision=ASK,
        severity="medium",
        protects="this machine's programs",
        why="Other projects and the user's own work may need them.",
        instead="Leave it installed, or ask the user.",
        match=(
            "apt-get remove -y nginx",
            "apt purge nginx",
            "apt-get autoremove --purge",
            "brew uninstall node",
            "dnf remove podman",
            "pacman -Rns firefox",
            "conda env remove -n work",
            "dpkg -P nginx",
        ),
        not_match=(
            "apt-get install -y nginx",
            "apt-get -s remove nginx",
            "brew uninstall --help",
            "npm uninstall left-pad",
            "pip uninstall -y requests",
            "conda remove numpy",
            "pacman -Qi firefox",
        ),
    ),
    Rule(
        "ambidex.packages.system-python",
        kinds=(INSTALL,),
        when=_breaks,
        decision=ASK,
        severity="medium",
        protects="the system's Python",
        why="Programs of the system use those packages too, and may break.",
        instead="Install into a virtual environment: `python -m venv .venv`.",
        match=(
            "pip install --break-system-packages requests",
            "pip3 install requests --break-system-packages",
            "uv pip install --system --break-system-packages requests",
            "pip install --user --break-system-packages -r requirements.txt",
            "pip install -U --break-system-packages pip",
            "pip install --break-system-packages .",
        ),
        not_match=(
            "pip install requests",
            "pip install --user requests",
            "pip list",
            "uv pip install requests",
            "pip install -e .",
            "pip3 install --upgrade pip",
        ),
    ),
)
