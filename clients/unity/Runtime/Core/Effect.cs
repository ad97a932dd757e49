using System;
using System.Globalization;

namespace NpcEngine
{
    public sealed partial class Effect
    {
        /// <summary>A text among the values; `usual` where there is none of that name.</summary>
        public string Text(string name, string usual = "")
        {
            object value;
            return Values.TryGetValue(name, out value) ? value as string ?? usual : usual;
        }

        /// <summary>A number among the values, whether it came as an integer or not; `usual` where there is none of that name.</summary>
        public double Number(string name, double usual = 0)
        {
            object value;
            bool found = Values.TryGetValue(name, out value) && (value is long || value is double);
            return found ? Convert.ToDouble(value, CultureInfo.InvariantCulture) : usual;
        }

        /// <summary>A truth value among the values; `usual` where there is none of that name.</summary>
        public bool Flag(string name, bool usual = false)
        {
            object value;
            return Values.TryGetValue(name, out value) && value is bool ? (bool)value : usual;
        }
    }
}
