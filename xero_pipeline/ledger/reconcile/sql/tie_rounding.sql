{{ rounding }}
