print("midguard")
