import OperatorCommands

await Midguard.mainWithExitCodes()
